/** What a pin is: a digest that a recorded file holds for something that will be fetched. */

/** How a pin names bytes. The strong ones fix them: whoever finds different bytes for one has broken the algorithm. */
const algorithmStrength = {
  sha256: 'strong',
  sha384: 'strong',
  sha512: 'strong',
  /** golang.org/x/mod/sumdb/dirhash, Hash1: SHA-256 over the names and SHA-256 digests of a zip's members. */
  'go-h1': 'strong',
  /** The id of a commit, which fixes everything in it. git refuses objects that are known to collide (SHA-1DC). */
  'git-commit': 'strong',
  /** SHA-512 of the zip that yarn 4 makes of a tarball, without compression: it follows from the tarball. */
  'yarn-zip': 'strong',
  sha1: 'weak',
  md5: 'weak',
} as const;

export type Algorithm = keyof typeof algorithmStrength;

export function isStrong(algorithm: Algorithm): boolean {
  return algorithmStrength[algorithm] === 'strong';
}

/** Algorithms over the bytes of a file, with the length of their digests in hex digits. */
export const fileAlgorithms = { md5: 32, sha1: 40, sha256: 64, sha384: 96, sha512: 128 } as const;

export type FileAlgorithm = keyof typeof fileAlgorithms;

/** Where a pin is recorded. */
export interface Place {
  /** The recorded file, or the step. */
  readonly file: string;
  /** The line, from 1; undefined where the format has entries rather than lines. */
  readonly line: number | undefined;
  /** The name that the file gives the object: attacker-controlled, to be shown through `printable`. */
  readonly entry: string;
}

export const ecosystems = ['go', 'crate', 'npm', 'python', 'gem', 'maven'] as const;
export type Ecosystem = (typeof ecosystems)[number];

/**
 * What a pin is for, or what an address may stand for: `npm left-pad 1.3.0`, `go example.com/a v1.0.0`. Two subjects are the same
 * if their texts are.
 */
export type Subject = string;

/** Kinds of subjects: packages of ecosystems, a module's `go.mod`, a file of an index, any file by its last name, an address, a commit, or bytes by themselves. */
export type SubjectKind =
  | Ecosystem
  | 'go.mod'
  | 'python-file'
  | 'maven-file'
  | 'file'
  | 'address'
  | 'commit'
  | 'digest';

export function subjectOf(kind: SubjectKind, ...names: readonly string[]): Subject {
  return [kind, ...names].join(' ');
}

/** The subject of an address, if it is a web address: in its normal form, without a fragment. */
export function addressSubjects(address: string): Subject[] {
  if (!/^https?:/i.test(address) || !URL.canParse(address)) return [];
  const url = new URL(address);
  url.hash = '';
  return [subjectOf('address', url.href)];
}

export interface Pin {
  readonly subject: Subject;
  readonly algorithm: Algorithm;
  /** The digest in lower-case hex; for `go-h1` the text after `h1:`. */
  readonly value: string;
  readonly place: Place;
}

/** A digest in hex by an algorithm that pins files; undefined for anything else. */
export function hexDigest(
  algorithm: string,
  value: string,
): { algorithm: FileAlgorithm; value: string } | undefined {
  const name = algorithm.toLowerCase();
  if (!isFileAlgorithm(name) || value.length !== fileAlgorithms[name] || !/^[\da-f]+$/i.test(value))
    return undefined;
  return { algorithm: name, value: value.toLowerCase() };
}

/** The digest of `sha256:…` (or with a different separator); undefined for anything else. */
export function prefixedDigest(
  text: string,
  separator = ':',
): { algorithm: FileAlgorithm; value: string } | undefined {
  const at = text.indexOf(separator);
  return at < 0 ? undefined : hexDigest(text.slice(0, at), text.slice(at + separator.length));
}

function isFileAlgorithm(name: string): name is FileAlgorithm {
  return Object.hasOwn(fileAlgorithms, name);
}

/** The digests in a Subresource Integrity text (W3C SRI §3.1): `sha512-…` in base64, several with white space between. */
export function integrityDigests(text: string): { algorithm: FileAlgorithm; value: string }[] {
  return text.split(/\s/).flatMap((word) => {
    const [expression = ''] = word.split('?', 1);
    const at = expression.indexOf('-');
    if (at < 0) return [];
    const bytes = Buffer.from(expression.slice(at + 1), 'base64');
    return hexDigest(expression.slice(0, at), bytes.toString('hex')) ?? [];
  });
}

/** The name of a Python package as indexes compare it (PEP 503). */
export function pythonName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** A version of a Python package, normalised as far as equal versions are written differently: case, a leading `v`, zeros at the end of a release (PEP 440). */
export function pythonVersion(version: string): string {
  const plain = version.trim().toLowerCase().replace(/^v/, '');
  if (!/^[\d.]+$/.test(plain)) return plain;
  const parts = plain.split('.');
  while (parts.length > 1 && /^0*$/.test(parts.at(-1)!)) parts.pop();
  return parts.join('.');
}

/** The name in `name-1.0-platform`: the version begins after the first dash that a digit follows. */
export function nameOfGem(file: string): string {
  const at = file.search(/-\d/);
  return at < 0 ? file : file.slice(0, at);
}
