/** The names that a published package gives itself, parsed before they are used. */
import type { Apk } from '../apk/apk.ts';
import { isSignatureName, signatureKeyName } from '../apk/apk-signature.ts';
import { type PkgInfo, pkgInfoValues } from '../apk/pkginfo.ts';
import { printable } from '../bytes.ts';
import { Failure } from '../failure.ts';
import {
  type Architecture,
  type PackageName,
  type PackageVersion,
  parseArchitecture,
  parseKeyName,
  parsePackageName,
  parsePackageVersion,
} from '../names.ts';

export interface PublishedNames {
  readonly name: PackageName;
  /** `<version>-r<epoch>`. */
  readonly version: PackageVersion;
  readonly architecture: Architecture;
}

/**
 * Parses the names. Fails with `malformed` where `.PKGINFO` lacks one of them, and with `unsafe-name` where one, or the name of a signing key, is not
 * a plain name. Where a field occurs twice, every value has to be one: other readers may take a different one than this program.
 */
export function publishedNames({ control, signature }: Pick<Apk, 'control' | 'signature'>): PublishedNames {
  for (const { name } of signature?.entries ?? []) {
    if (isSignatureName(name) && parseKeyName(signatureKeyName(name)) === undefined)
      throw unsafeName('the name of the key that signed', signatureKeyName(name));
  }
  return {
    name: required(control.pkginfo, 'pkgname', parsePackageName),
    version: required(control.pkginfo, 'pkgver', parsePackageVersion),
    architecture: required(control.pkginfo, 'arch', parseArchitecture),
  };
}

function required<N>(pkginfo: PkgInfo, key: string, parse: (text: string) => N | undefined): N {
  const values = pkgInfoValues(pkginfo, key);
  if (values.length === 0 || values[0] === '') throw new Failure('malformed', `.PKGINFO has no ${key}`);
  const names = values.map((value) => {
    const name = parse(value);
    if (name === undefined) throw unsafeName(`${key} in .PKGINFO`, value);
    return name;
  });
  return names[0]!;
}

const mostShown = 200;

function unsafeName(what: string, text: string): Failure {
  return new Failure('unsafe-name', `${what} is not a plain name`, {
    got: printable(text.slice(0, mostShown)),
  });
}
