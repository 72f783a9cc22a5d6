/** Files of a package that differ, found by what other files say of them: digests, sizes, names. */

import { createHash } from 'node:crypto';
import { controlMember } from '../../apk/control-member.ts';
import { baseName } from '../../bytes.ts';
import { grouped } from '../../lists.ts';

/** A file that both sides have, with different contents or under different names. */
export interface DifferingFile {
  readonly published: FileSide;
  readonly rebuilt: FileSide;
}

interface FileSide {
  /** Attacker-controlled. */
  readonly path: string;
  /** Undefined where it is not held. */
  readonly content: Uint8Array | undefined;
}

type DigestOf = (algorithm: Algorithm, side: FileSide) => string | undefined;

/** Two values, and the rebuilt line in which the second stands. */
export interface WrittenValues {
  readonly published: string;
  readonly rebuilt: string;
  readonly line: string;
}

/** The files of which something is the published name, digest or size. */
export interface DifferingFiles {
  readonly named: (name: string) => readonly DifferingFile[];
  readonly digested: (algorithm: Algorithm, digest: string) => readonly DifferingFile[];
  /** Computed once for each side of a file, however many values ask for it. */
  readonly digestOf: DigestOf;
}

export const noDifferingFiles: DifferingFiles = {
  named: () => [],
  digested: () => [],
  digestOf: () => undefined,
};

/** How a digest is computed of a file: of all of it, or, as an index of apk has it, the SHA-1 of a package's control section. */
type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'control-sha1';

/** The most bytes whose digests are computed with one algorithm. */
const mostBytes = 64 * 1024 * 1024;

export function differingFiles(files: readonly DifferingFile[]): DifferingFiles {
  const names = grouped(files, ({ published }) => baseName(published.path));
  const digests = new Map<Algorithm, ReadonlyMap<string, readonly DifferingFile[]>>();
  const digestOf = digestsOnce();
  const digestsBy = (algorithm: Algorithm) => {
    const known = digests.get(algorithm);
    if (known !== undefined) return known;
    let left = mostBytes;
    const affordable = files.filter(({ published }) => {
      left -= published.content?.length ?? 0;
      return left >= 0;
    });
    const made = grouped(affordable, ({ published }) => digestOf(algorithm, published) ?? '');
    digests.set(algorithm, made);
    return made;
  };
  return {
    named: (name) => names.get(name) ?? [],
    digested: (algorithm, digest) => digestsBy(algorithm).get(digest) ?? [],
    digestOf,
  };
}

/** The path of a different file of which values are the digest, the name or the size, on both sides that of its own version. `own` is the file that holds them. */
export function writtenFile(values: WrittenValues, own: string, all: DifferingFiles): string | undefined {
  const others = (files: readonly DifferingFile[]) => files.filter(({ published }) => published.path !== own);
  const files: DifferingFiles = {
    named: (name) => others(all.named(name)),
    digested: (algorithm, digest) => others(all.digested(algorithm, digest)),
    digestOf: all.digestOf,
  };
  const [published, rebuilt] = [tokensOf(values.published), tokensOf(values.rebuilt)];
  if (published.length !== rebuilt.length) return undefined;
  let found: DifferingFile | undefined;
  for (const [at, text] of published.entries()) {
    const other = rebuilt[at]!;
    if (text === other) continue;
    found =
      byDigest(text, other, files) ?? byName(text, other, files) ?? bySize(text, other, values.line, files);
    if (found === undefined) return undefined;
  }
  return found?.published.path;
}

/** Whether the words in which two names of a moved file differ are the beginnings of digests of its own contents, in hexadecimal or in base64. */
export function isNamedByDigest(published: string, rebuilt: string, all: DifferingFiles): boolean {
  const file = all
    .named(baseName(published))
    .find((each) => each.published.path === published && each.rebuilt.path === rebuilt);
  const [left, right] = [wordsOfName(published), wordsOfName(rebuilt)];
  if (file === undefined || left.length !== right.length) return false;
  const differing = left.map((word, at) => [word, right[at]!] as const).filter(([a, b]) => a !== b);
  return (
    differing.length > 0 &&
    differing.every(([a, b]) =>
      nameAlgorithms.some(
        (algorithm) =>
          beginsDigest(a, all.digestOf(algorithm, file.published)) &&
          beginsDigest(b, all.digestOf(algorithm, file.rebuilt)),
      ),
    )
  );
}

const nameAlgorithms = ['sha256', 'md5', 'sha1', 'sha512', 'sha384'] as const;

/** Folders and words of a name; what begins a digest has letters, digits and the signs of base64 for addresses. */
function wordsOfName(path: string): readonly string[] {
  const name = baseName(path);
  return [path.slice(0, path.length - name.length), ...name.split('.').flatMap(splitAtLastSign)];
}

/** `app-1b2c3d4e` has a word and a digest. */
function splitAtLastSign(word: string): readonly string[] {
  const at = word.search(/[-_][0-9a-f]{6,128}$/i);
  return at < 0 ? [word] : [word.slice(0, at + 1), word.slice(at + 1)];
}

const fewestDigits = 6;

function beginsDigest(word: string, hex: string | undefined): boolean {
  if (hex === undefined || word.length < fewestDigits) return false;
  return hex.startsWith(word.toLowerCase()) || Buffer.from(hex, 'hex').toString('base64url').startsWith(word);
}

function byDigest(text: string, other: string, files: DifferingFiles): DifferingFile | undefined {
  const [left, right] = [parseDigest(text), parseDigest(other)];
  if (left === undefined || left.algorithm !== right?.algorithm) return undefined;
  const { algorithm } = left;
  return files
    .digested(algorithm, left.hex)
    .find(({ rebuilt }) => files.digestOf(algorithm, rebuilt) === right.hex);
}

function byName(text: string, other: string, files: DifferingFiles): DifferingFile | undefined {
  // The name says nothing of a folder before it that differs.
  if (folderOf(text) !== folderOf(other)) return undefined;
  return files.named(baseName(text)).find(({ rebuilt }) => baseName(rebuilt.path) === baseName(other));
}

/** A number is a size only in a line that names the file. */
function bySize(text: string, other: string, line: string, files: DifferingFiles): DifferingFile | undefined {
  if (!/^\d{1,15}$/.test(text) || !/^\d{1,15}$/.test(other)) return undefined;
  const names = line.match(/[^\s,;:='"()<>[\]{}/]+/g) ?? [];
  return names
    .slice(0, mostTokens)
    .flatMap((name) => files.named(name))
    .find(
      ({ published, rebuilt }) =>
        (published.content?.length === Number(text) && rebuilt.content?.length === Number(other)) ||
        (installedSize(published) === text && installedSize(rebuilt) === other),
    );
}

/** What an index has as the installed size of a package. */
function installedSize({ path, content }: FileSide): string | undefined {
  return content === undefined || !path.endsWith('.apk') ? undefined : controlMember(content)?.installedSize;
}

const mostTokens = 200;

/** The words of a value. */
function tokensOf(text: string): readonly string[] {
  return (text.slice(0, 10_000).match(/[^\s,;:='"()<>[\]{}]+/g) ?? []).slice(0, mostTokens);
}

const lengths: readonly (readonly [Exclude<Algorithm, 'control-sha1'>, bytes: number])[] = [
  ['md5', 16],
  ['sha1', 20],
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
];

/** A digest in hexadecimal or in either form of base64; the form of subresource integrity names its algorithm first. */
function parseDigest(text: string): { readonly algorithm: Algorithm; readonly hex: string } | undefined {
  const indexed = /^Q1([A-Za-z0-9+/]{27})=?$/.exec(text)?.[1];
  if (indexed !== undefined)
    return { algorithm: 'control-sha1', hex: Buffer.from(indexed, 'base64').toString('hex') };
  const bare = text.replace(/^sha(?:1|256|384|512)-/, '');
  for (const [algorithm, bytes] of lengths) {
    if (bare.length === bytes * 2 && /^[0-9a-f]+$/i.test(bare)) return { algorithm, hex: bare.toLowerCase() };
    const digits = Math.ceil((bytes * 4) / 3);
    if (/^[\w+/-]+$/.test(bare) && bare.length === digits)
      return { algorithm, hex: Buffer.from(bare, 'base64').toString('hex') };
  }
  return undefined;
}

function digestsOnce(): DigestOf {
  const known = new Map<FileSide, Map<Algorithm, string>>();
  return (algorithm, side) => {
    if (side.content === undefined) return undefined;
    const own = known.get(side) ?? new Map<Algorithm, string>();
    known.set(side, own);
    const digest = own.get(algorithm) ?? digestBy(algorithm, side.content);
    own.set(algorithm, digest);
    return digest === '' ? undefined : digest;
  };
}

/** Hexadecimal; empty where the content has no such digest. */
function digestBy(algorithm: Algorithm, content: Uint8Array): string {
  if (algorithm !== 'control-sha1') return createHash(algorithm).update(content).digest('hex');
  const control = controlMember(content);
  return control === undefined ? '' : createHash('sha1').update(control.bytes).digest('hex');
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
