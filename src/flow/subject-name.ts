/** What the user asks about, as it was typed. */
import { isAddress } from '../inputs/store/files.ts';
import { type PackageName, type PackageVersion, parsePackageName, parsePackageVersion } from '../names.ts';

/** Whether what was typed names a package of a repository, not a file. */
export function isPackageName(text: string): boolean {
  return (
    !isAddress(text) && !text.includes('/') && !text.endsWith('.apk') && parseSubjectName(text) !== undefined
  );
}

/** The name of a package of a repository in what was typed: `NAME` or `NAME=VERSION-rN`; undefined for everything else. */
export function parseSubjectName(
  text: string,
): { readonly name: PackageName; readonly version: PackageVersion | undefined } | undefined {
  const [named = '', versioned, ...more] = text.split('=');
  const name = parsePackageName(named);
  if (name === undefined || more.length > 0) return undefined;
  if (versioned === undefined) return { name, version: undefined };
  const version = /^[0-9].*-r\d+$/.test(versioned) ? parsePackageVersion(versioned) : undefined;
  return version === undefined ? undefined : { name, version };
}
