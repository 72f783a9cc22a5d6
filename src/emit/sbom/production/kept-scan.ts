/**
 * A scan that was kept: what a syft listed of one tree, as a file of its own, for a machine that has no syft. Whoever made the file can
 * write into it what they like; what it says is used only for the tree whose digest it names, and only where it is what production found.
 */

import { type Sha256, sha256, sha256Hasher } from '../../../digest.ts';
import type { Tree, TreeEntry } from '../../../execute/tree.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../../../formats/bounded-json.ts';
import {
  type Architecture,
  type PackageName,
  type PackageVersion,
  parseArchitecture,
  parsePackageName,
  parsePackageVersion,
} from '../../../names.ts';
import { chunksOf } from '../../tar-entries.ts';
import {
  isExtractedLicense,
  isLibraryPackage,
  mentionedIn,
  type PrintedPackage,
  printedPackage,
  type SyftListing,
} from './syft-output.ts';

/** The package whose tree was scanned. */
export interface ScannedPackage {
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly architecture: Architecture;
}

/** What was scanned, by what, and what came of it. */
export interface ScanToKeep {
  readonly package: ScannedPackage;
  /** Of the tree that was scanned (`scannedDigest`). */
  readonly tree: Sha256;
  /** Of the program. */
  readonly program: Sha256;
  readonly listing: SyftListing;
}

export interface KeptScan extends ScanToKeep {
  /** Of the file. */
  readonly sha256: Sha256;
}

const schema = 'wolfi-repro/scan/1';
/** No program's name for its version is longer. */
const mostVersionCharacters = 200;

/** One text for one scan: elements and records have their members in the order in which syft printed them. */
export function renderKeptScan({ package: scanned, tree, program, listing }: ScanToKeep): Uint8Array {
  const value = {
    schema,
    package: { name: scanned.name, version: scanned.version, architecture: scanned.architecture },
    tree,
    syft: { sha256: program, version: listing.version },
    packages: listing.printed.map(({ element, artifact }) => ({ element, artifact })),
    licenses: listing.extracted,
  };
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Strict: undefined for what `renderKeptScan` does not write. */
export function parseKeptScan(bytes: Uint8Array): KeptScan | undefined {
  const json = parseBoundedJson(bytes);
  if ('fault' in json || !isJsonObject(json.value)) return undefined;
  const scan = readScan(json.value);
  if (scan === undefined || !Buffer.from(renderKeptScan(scan)).equals(bytes)) return undefined;
  return { ...scan, sha256: sha256(bytes) };
}

function readScan(value: JsonObject): ScanToKeep | undefined {
  const scanned = readPackage(objectMember(value, 'package') ?? {});
  const syft = objectMember(value, 'syft') ?? {};
  const [tree, program] = [digestMember(value, 'tree'), digestMember(syft, 'sha256')];
  const listing = readListing(value, textMember(syft, 'version'));
  if (scanned === undefined || tree === undefined || program === undefined || listing === undefined)
    return undefined;
  return { package: scanned, tree, program, listing };
}

function readPackage(value: JsonObject): ScannedPackage | undefined {
  const text = (key: string) => textMember(value, key) ?? '';
  const name = parsePackageName(text('name'));
  const version = parsePackageVersion(text('version'));
  const architecture = parseArchitecture(text('architecture'));
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  return { name, version, architecture };
}

function digestMember(value: JsonObject, key: string): Sha256 | undefined {
  const text = textMember(value, key) ?? '';
  return /^[0-9a-f]{64}$/.test(text) ? (text as Sha256) : undefined;
}

function readListing(value: JsonObject, version: string | undefined): SyftListing | undefined {
  const printed = listMember(value, 'packages').map(readPrinted);
  const extracted = listMember(value, 'licenses').filter(isExtractedLicense);
  if (version === undefined || version.length > mostVersionCharacters || !isComplete(printed))
    return undefined;
  const mentioned = mentionedIn(printed);
  const isMentioned = extracted.every(({ licenseId }) => mentioned.has(licenseId));
  return isMentioned ? { version, printed, extracted } : undefined;
}

function isComplete(printed: readonly (PrintedPackage | undefined)[]): printed is readonly PrintedPackage[] {
  return !printed.includes(undefined);
}

function readPrinted(value: unknown): PrintedPackage | undefined {
  if (!isJsonObject(value)) return undefined;
  const { element, artifact } = value;
  if (!isLibraryPackage(element) || !isJsonObject(artifact)) return undefined;
  return printedPackage(element, artifact);
}

/**
 * The digest of what a syft can see of a tree: one line of JSON for each folder, file and link, in walk order. Owners, times and
 * attributes are not among it, nor are devices and pipes: what is scanned has none.
 */
export function scannedDigest(tree: Tree): Sha256 {
  const hasher = sha256Hasher();
  for (const entry of tree.entries) {
    const seen = seenOf(entry);
    if (seen !== undefined) hasher.update(Buffer.from(`${JSON.stringify(seen)}\n`));
  }
  return hasher.digest();
}

function seenOf({ path, type, mode, target, content }: TreeEntry): readonly unknown[] | undefined {
  if (type === 'directory') return [path, type];
  if (type === 'symlink') return [path, type, target];
  if (type !== 'file') return undefined;
  const hasher = sha256Hasher();
  for (const chunk of chunksOf(content)) hasher.update(chunk);
  return [path, type, mode & 0o777, content.size, hasher.digest()];
}
