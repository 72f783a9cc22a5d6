/** What the user asks about, as it was typed. */
import { isAddress } from '../inputs/store/files.ts';
import {
  type Architecture,
  type PackageName,
  type PackageVersion,
  parseArchitecture,
  parsePackageName,
  parsePackageVersion,
} from '../names.ts';

/** A package of a repository. */
export interface SubjectName {
  readonly name: PackageName;
  /** The newest where undefined. */
  readonly version: PackageVersion | undefined;
  /** A version without the revision that belongs to it (`-rN`), which no package has; undefined where a whole one, or none, was typed. */
  readonly unfinished: PackageVersion | undefined;
  /** The one of the run where undefined. */
  readonly architecture: Architecture | undefined;
}

/** Whether what was typed names a package of a repository, not a file. */
export function isPackageName(text: string): boolean {
  return (
    !isAddress(text) && !text.includes('/') && !text.endsWith('.apk') && parseSubjectName(text) !== undefined
  );
}

/**
 * What names a package of a repository instead of a file: `NAME`, `NAME=VERSION-rN`, `NAME=VERSION`, each with `:ARCH` behind it or without; undefined
 * for everything else.
 */
export function parseSubjectName(text: string): SubjectName | undefined {
  const [listed = '', asked, ...furtherParts] = text.split(':');
  const [named = '', versioned, ...more] = listed.split('=');
  const name = parsePackageName(named);
  if (name === undefined || more.length > 0 || furtherParts.length > 0) return undefined;
  const architecture = asked === undefined ? undefined : parseArchitecture(asked);
  const parsed =
    versioned !== undefined && /^[0-9]/.test(versioned) ? parsePackageVersion(versioned) : undefined;
  const isWhole =
    (asked === undefined || architecture !== undefined) && (versioned === undefined || parsed !== undefined);
  if (!isWhole) return undefined;
  const hasRevision = parsed !== undefined && /-r\d+$/.test(parsed);
  return {
    name,
    version: hasRevision ? parsed : undefined,
    unfinished: hasRevision ? undefined : parsed,
    architecture,
  };
}

/** A name for each of several architectures; what names one itself, or is not a name, stays as it is. */
export function forArchitectures(subject: string, architectures: readonly string[]): string[] {
  const asksForOne = !isPackageName(subject) || parseSubjectName(subject)!.architecture !== undefined;
  return asksForOne ? [subject] : architectures.map((each) => `${subject}:${each}`);
}
