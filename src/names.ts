/**
 * Names that become parts of paths. They come out of packages, indexes, recipes, addresses and command lines; each is parsed once, where it
 * comes in, and code that makes a path from one takes only these types. None can hold a separator, `..`, a control character or a leading
 * dash, and none is longer than a file system takes.
 */
declare const kindOfName: unique symbol;

/** Only the parsers below make one. */
type Name<Kind extends string> = string & { readonly [kindOfName]: Kind };

/** The name of a package or a subpackage. */
export type PackageName = Name<'package'>;
/** `<version>-r<epoch>`, or a recipe's version without the epoch. */
export type PackageVersion = Name<'version'>;
/** apk's name of it: `x86_64`. */
export type Architecture = Name<'architecture'>;
/** File name of a public key, by which signatures name it. */
export type KeyName = Name<'key'>;
/** Any other part of a path. */
export type FileName = Name<'file'>;
/** What may stand between two separators. */
export type PathPart = PackageName | PackageVersion | Architecture | KeyName | FileName;

/** melange's package names (pkg/config/config.go, packageNameRegex), with a limit on the length. */
const packageForm = /^[a-zA-Z0-9][a-zA-Z0-9+_.-]{0,119}$/;
/** Any character that can be in a version of apk (apk-tools src/version.c). */
const versionForm = /^[a-zA-Z0-9][a-zA-Z0-9+_.~-]{0,119}$/;
/** Architectures that apk knows (apk-tools src/apk_arch.h) are of this form. */
const architectureForm = /^[a-z0-9][a-z0-9_]{0,15}$/;
/** A part of a path: owners of keys and logs choose their names freely. */
const fileForm = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\-][^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\]*$/u;
/** NAME_MAX is 255 (limits.h); a file that is written aside first has a suffix. */
const mostNameBytes = 200;

function parse<Kind extends string>(text: string, form: RegExp): Name<Kind> | undefined {
  if (text.length > mostNameBytes || Buffer.byteLength(text) > mostNameBytes) return undefined;
  return form.test(text) && text !== '.' && !text.includes('..') ? (text as Name<Kind>) : undefined;
}

/** Parses a package name; undefined for what is not a plain name. The parsers below do the same. */
export function parsePackageName(text: string): PackageName | undefined {
  return parse(text, packageForm);
}

export function parsePackageVersion(text: string): PackageVersion | undefined {
  return parse(text, versionForm);
}

/** Parses the name of an architecture; undefined for what is not a plain name. */
export function parseArchitecture(text: string): Architecture | undefined {
  return parse(text, architectureForm);
}

export function parseKeyName(text: string): KeyName | undefined {
  return parse(text, fileForm);
}

export function parseFileName(text: string): FileName | undefined {
  return parse(text, fileForm);
}

/** The name of the file for the output of a step; positions are numbers with dots between them. */
export function logFileName({
  subject,
  position,
}: {
  readonly subject: PackageName;
  readonly position: string;
}): FileName {
  return ownFileName(`${subject}-${position}.log`);
}

/** A name that this program gives. */
export function ownFileName(text: string): FileName {
  const name = parseFileName(text);
  if (name === undefined) throw new TypeError(`${JSON.stringify(text)} is not a plain name`);
  return name;
}

/** The version that every package of a recipe carries. */
export function withEpoch(version: PackageVersion, epoch: number): PackageVersion {
  return `${version}-r${epoch}` as PackageVersion;
}

/** `<name>-<version>.apk`, as repositories call the file of a package. */
export function packageFileName({
  name,
  version,
}: {
  readonly name: PackageName;
  readonly version: PackageVersion;
}): FileName {
  return `${name}-${version}.apk` as FileName;
}
