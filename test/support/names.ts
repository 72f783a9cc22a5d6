/** Plain names out of text that is known to be one. */
import {
  type Architecture,
  type KeyName,
  type PackageName,
  type PackageVersion,
  parseArchitecture,
  parseKeyName,
  parsePackageName,
  parsePackageVersion,
} from '../../src/names.ts';

function plain<N>(parse: (text: string) => N | undefined): (text: string) => N {
  return (text) => {
    const name = parse(text);
    if (name === undefined) throw new Error(`${text} is not a plain name`);
    return name;
  };
}

export const packageName: (text: string) => PackageName = plain(parsePackageName);
export const packageVersion: (text: string) => PackageVersion = plain(parsePackageVersion);
export const architecture: (text: string) => Architecture = plain(parseArchitecture);
export const keyName: (text: string) => KeyName = plain(parseKeyName);
