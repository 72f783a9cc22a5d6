/** The form of a bundle: a tar archive of a manifest and of objects by their SHA-256. */

import { canonicalJson } from '../canonical.ts';
import { parseSha256, type Sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { SourceMirror } from '../inputs/network/mirrors.ts';

export interface BundledFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: number;
  readonly sha256: Sha256;
}

export interface BundleManifest {
  readonly schema: 'wolfi-repro/bundle/1';
  /** The version of this program that wrote the bundle. */
  readonly tool: string;
  readonly subject: string;
  readonly published: string;
  readonly plan: Sha256;
  readonly repositories: readonly string[];
  readonly keys: readonly string[];
  readonly mirrors: readonly SourceMirror[];
  readonly recipe: string | null;
  /** Scans of the published package's tree that were made elsewhere; absent where there are none. */
  readonly scans?: readonly string[];
  /** The transcript of what the steps fetch, whose answers are below `answersFolder`; absent where they fetch nothing. */
  readonly transcript?: string;
  readonly files: readonly BundledFile[];
}

/** Whether a manifest has the member in any case; a member that is not here makes it one that is not read. */
const members: Readonly<Record<keyof BundleManifest, 'always' | 'where-needed'>> = {
  schema: 'always',
  tool: 'always',
  subject: 'always',
  published: 'always',
  plan: 'always',
  repositories: 'always',
  keys: 'always',
  mirrors: 'always',
  recipe: 'always',
  scans: 'where-needed',
  transcript: 'where-needed',
  files: 'always',
};
/** All scans of a bundle together: each is parsed before anything is built. */
const mostScans = 64;
const mostScanBytes = 64 * 1024 * 1024;

export const block = 512;
export const archiveEnd: Buffer = Buffer.alloc(2 * block);
/** Folders of all files together, each counted as often as it is named. */
const mostFolders = 1_000_000;
/** Where the manifest stands in an unpacked bundle. */
/** The folder of the bodies that a transcript names, each under its SHA-256. */
export const answersFolder = 'answers';
export const manifestName = 'manifest.json';

/** A header of POSIX.1-2017 ustar that holds nothing of this machine. */
export function header(name: string, bytes: number): Buffer {
  const raw = Buffer.alloc(block);
  raw.write(name, 0, 100, 'latin1');
  for (const [value, at] of [
    ['0000644', 100],
    ['0000000', 108],
    ['0000000', 116],
  ] as const)
    raw.write(`${value}\0`, at, 'latin1');
  raw.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  raw.write(`${'0'.repeat(11)}\0`, 136, 'latin1');
  raw.write('        0', 148, 'latin1');
  raw.write('ustar\x0000', 257, 'latin1');
  const sum = raw.reduce((total, byte) => total + byte, 0);
  raw.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return raw;
}

export function padding(bytes: number): Buffer {
  return Buffer.alloc((block - (bytes % block)) % block);
}

export function invalid(why: string): Failure {
  return new Failure('bundle-invalid', `the bundle is damaged: ${why}`);
}

export function parseHeader(raw: Buffer): { name: string; bytes: number } {
  const size = /^([0-7]{11})\0$/.exec(raw.toString('latin1', 124, 136));
  const name = raw.toString('latin1', 0, 100).split('\0', 1)[0]!;
  if (size === null || !header(name, Number.parseInt(size[1]!, 8)).equals(raw))
    throw invalid('an entry has an unexpected header');
  return { name, bytes: Number.parseInt(size[1]!, 8) };
}

/** The manifest as a value. The parser is strict: a bundle comes from somebody else. */
export function parseManifest(text: Buffer): BundleManifest {
  let manifest: BundleManifest;
  try {
    manifest = JSON.parse(text.toString('utf8')) as BundleManifest;
  } catch (cause) {
    throw new Failure('bundle-invalid', 'the manifest of the bundle is not JSON', { cause });
  }
  if (!isRecord(manifest) || !isManifest(manifest) || !isCanonical(manifest, text))
    throw invalid('its manifest is not in the form that this program writes');
  const paths = new Set(manifest.files.map(({ path }) => path));
  const { scans = [], transcript } = manifest;
  const named = [
    manifest.published,
    ...manifest.keys,
    ...scans,
    ...(transcript === undefined ? [] : [transcript]),
  ];
  if (named.some((path) => !paths.has(path))) throw invalid('its manifest names a file that is not in it');
  const scanBytes = manifest.files.map(({ path, bytes }) => (scans.includes(path) ? bytes : 0));
  if (scanBytes.reduce((sum, bytes) => sum + bytes, 0) > mostScanBytes)
    throw invalid('its scans are too large');
  const { recipe } = manifest;
  if (recipe !== null && ![...paths].some((path) => path.startsWith(`${recipe}/`)))
    throw invalid('its manifest names a folder that is not in it');
  return manifest;
}

function isManifest(manifest: BundleManifest): boolean {
  const { schema, repositories, keys, mirrors, files, published, recipe, scans, transcript } = manifest;
  return (
    hasMembers(manifest) &&
    schema === 'wolfi-repro/bundle/1' &&
    [repositories, keys, mirrors, files].every(Array.isArray) &&
    isInside(published) &&
    (recipe === null || isInside(recipe)) &&
    [...repositories, ...keys].every(isInside) &&
    (scans === undefined || isScanList(scans)) &&
    (transcript === undefined || isInside(transcript)) &&
    mirrors.every(
      (each) => isRecord(each) && isText(each.prefix) && each.prefix !== '' && isInside(each.location),
    ) &&
    files.every(isBundledFile) &&
    areDistinct(files.map(({ path }) => path))
  );
}

function hasMembers(manifest: BundleManifest): boolean {
  return (
    Object.keys(manifest).every((key) => Object.hasOwn(members, key)) &&
    Object.entries(members).every(([key, when]) => when !== 'always' || Object.hasOwn(manifest, key))
  );
}

function isScanList(scans: unknown): boolean {
  const isList = Array.isArray(scans) && scans.length > 0 && scans.length <= mostScans;
  return isList && scans.every(isInside) && new Set(scans).size === scans.length;
}

function isCanonical(manifest: BundleManifest, text: Buffer): boolean {
  try {
    return text.equals(Buffer.from(canonicalJson(manifest)));
  } catch {
    // JSON that is nested deeper than the stack.
    return false;
  }
}

function isBundledFile(each: BundledFile): boolean {
  return (
    isRecord(each) &&
    isInside(each.path) &&
    Number.isSafeInteger(each.mode) &&
    (each.mode & ~0o777) === 0 &&
    Number.isSafeInteger(each.bytes) &&
    each.bytes >= 0 &&
    isText(each.sha256) &&
    parseSha256(each.sha256) === each.sha256
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A path below the bundle's folder and not the manifest's own. */
function isInside(value: unknown): boolean {
  return (
    isText(value) &&
    value !== '' &&
    value !== manifestName &&
    value.length <= 4096 &&
    value.split('/').every((part) => !['', '.', '..'].includes(part) && Buffer.byteLength(part) <= 255) &&
    // Two names with half a surrogate pair would be one name on the disk.
    !/[\0\p{Cs}]/u.test(value)
  );
}

/** Whether paths are sorted as they are written, with no path twice and no file in place of a folder. */
function areDistinct(paths: readonly string[]): boolean {
  // A path of 2,000 folders costs only its characters in the manifest, but each of its folders takes a place on the disk.
  if (paths.reduce((sum, path) => sum + path.split('/').length, 0) > mostFolders) return false;
  const all = new Set(paths);
  const folders = paths.flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index)));
  return all.size === paths.length && !folders.some((folder) => all.has(folder));
}
