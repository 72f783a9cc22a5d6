/** Bundles taken apart: everything in a bundle is compared with its digest, and vouched for by signatures as if it came from a server. */

import {
  chmodSync,
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parsePublicKey } from '../apk/apk-signature.ts';
import { sha256, sha256Hasher } from '../digest.ts';
import type { RunOptions, ScanFile } from '../flow/run-options.ts';
import { ownFolder } from '../folders.ts';
import { isExported } from '../inputs/git/git-export.ts';
import { hashFile } from '../inputs/store/files.ts';
import type { Store } from '../inputs/store/store.ts';
import { namesIn, ownedName, sweepAbandoned } from '../inputs/store/temporary-names.ts';
import { addTo, paired } from '../lists.ts';
import { requireNamed } from '../named-path.ts';
import { wolfi } from '../repository/known.ts';
import {
  answersFolder,
  archiveEnd,
  type BundledFile,
  type BundleManifest,
  block,
  invalid,
  manifestName,
  padding,
  parseHeader,
  parseManifest,
} from './form.ts';

const mostManifestBytes = 64 * 1024 * 1024;

/** A bundle unpacked on this machine, with the options that a run on it takes. */
export interface OpenedBundle {
  readonly manifest: BundleManifest;
  /** The published file. */
  readonly path: string;
  readonly options: RunOptions;
}

/**
 * Unpacks a bundle below the cache, verifies the digest of each object, and replaces the inputs of a run with what is in it. Keys
 * are the user's own, and Wolfi's, known by its digest: a bundle does not say whom to trust. Fails with `bundle-invalid`.
 * @param tool this program's version
 */
export async function openBundle(file: string, tool: string, given: RunOptions): Promise<OpenedBundle> {
  const bundles = ownFolder(join(given.machine.cache, 'bundles'));
  sweepAbandoned(bundles);
  const { manifest, text, from } = await readManifest(file);
  const folder = join(bundles, sha256(text));
  if (existsSync(join(folder, manifestName))) touch(join(folder, manifestName));
  else await unpack(file, from, manifest, text, folder, bundles);
  const inside = (path: string) => join(folder, path);
  await keepAnswers(manifest, folder, given.machine.inputs.store);
  const known = manifest.keys
    .filter((path) => basename(path) === wolfi.keyName)
    .map((path) => readFileSync(inside(path)))
    .filter((bytes) => sha256(bytes) === wolfi.keySha256)
    .map((bytes) => parsePublicKey(wolfi.keyName, bytes));
  return {
    manifest,
    path: inside(manifest.published),
    options: {
      ...given,
      keys: [...given.keys, ...known],
      repositories: manifest.repositories.map(inside),
      sourceCaches: existsSync(inside('sources')) ? [inside('sources')] : [],
      sourceMirrors: manifest.mirrors.map(({ prefix, location }) => ({ prefix, location: inside(location) })),
      sourceDirectory: manifest.recipe === null ? undefined : inside(manifest.recipe),
      scans: [...(given.scans ?? []), ...readScans(manifest, folder)],
      ...(manifest.transcript === undefined ? {} : { transcript: inside(manifest.transcript) }),
      ...(isSamePlan(manifest, tool, given) ? { expectedPlan: manifest.plan } : {}),
    },
  };
}

function touch(path: string): void {
  const now = Date.now() / 1000;
  utimesSync(path, now, now);
}

/** Another version may infer more, and a syft or a scan that was not there before is part of the plan. */
function isSamePlan(
  { tool: writer }: BundleManifest,
  tool: string,
  { environment, machine, scans = [], network = 'none' }: RunOptions,
): boolean {
  return (
    writer === tool &&
    environment.kind === 'recorded' &&
    machine.syft.length === 0 &&
    scans.length === 0 &&
    (network === 'none' || network === 'gateway')
  );
}

/**
 * Bodies of a transcript are looked for in the store. They are hashed again: the folder of an unpacked bundle may be older than this run, and the
 * store takes what it is given at its word. Fails with `bundle-invalid`.
 */
async function keepAnswers({ files }: BundleManifest, folder: string, store: Store): Promise<void> {
  for (const { path, sha256: digest } of files) {
    if (!path.startsWith(`${answersFolder}/`) || (await store.get(digest)) !== undefined) continue;
    const aside = store.aside();
    copyFileSync(join(folder, path), aside);
    if ((await hashFile(aside)) !== digest) {
      rmSync(aside, { force: true });
      throw invalid('an answer in its unpacked folder was changed');
    }
    await store.adopt(aside, digest);
  }
}

function readScans({ scans = [] }: BundleManifest, folder: string): ScanFile[] {
  return scans.map((path) => ({ name: path, bytes: readFileSync(join(folder, path)) }));
}

async function readManifest(file: string): Promise<{ manifest: BundleManifest; text: Buffer; from: number }> {
  const handle = await open(file);
  try {
    const raw = Buffer.alloc(block);
    await handle.read(raw, 0, block, 0);
    const { name, bytes } = parseHeader(raw);
    if (!name.startsWith('manifest/') || bytes > mostManifestBytes)
      throw invalid('it does not begin with a manifest');
    const text = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(text, 0, bytes, block);
    if (bytesRead !== bytes || name !== `manifest/${sha256(text)}`) throw invalid('its manifest was changed');
    return { manifest: parseManifest(text), text, from: block + bytes + padding(bytes).length };
  } finally {
    await handle.close();
  }
}

async function unpack(
  file: string,
  from: number,
  manifest: BundleManifest,
  text: Buffer,
  folder: string,
  bundles: string,
): Promise<void> {
  const aside = join(bundles, ownedName());
  const wanted = new Map<string, BundledFile[]>();
  for (const each of manifest.files) addTo(wanted, each.sha256, each);
  const handle = await open(file);
  try {
    mkdirSync(aside);
    let at = from;
    for (const [digest, files] of wanted) {
      const raw = Buffer.alloc(block);
      await handle.read(raw, 0, block, at);
      const { name, bytes } = parseHeader(raw);
      if (name !== `objects/${digest}` || files.some((each) => each.bytes !== bytes))
        throw invalid('an entry is missing');
      await writeObject(
        file,
        at + block,
        bytes,
        digest,
        files.map(({ path, mode }) => ({ path: join(aside, path), mode })),
      );
      at += block + bytes + padding(bytes).length;
    }
    await requireEnd(handle, at);
    requireExported(manifest, aside);
    await requireScans(manifest, aside);
    openFolders(manifest, aside);
    const manifestFile = await open(join(aside, manifestName), 'wx');
    await manifestFile.writeFile(text);
    await manifestFile.close();
    if (namesIn(folder).length > 0) rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
  } finally {
    await handle.close();
    rmSync(aside, { recursive: true, force: true });
  }
}

async function requireEnd(handle: FileHandle, at: number): Promise<void> {
  const { bytesRead, buffer } = await handle.read(
    Buffer.alloc(archiveEnd.length + 1),
    0,
    archiveEnd.length + 1,
    at,
  );
  if (!buffer.subarray(0, bytesRead).equals(archiveEnd)) throw invalid('it does not end as it should');
}

/** git runs in these folders: nothing in them may give it instructions. */
function requireExported({ mirrors, files }: BundleManifest, folder: string): void {
  for (const { location } of mirrors) {
    const paths = files.flatMap(({ path }) =>
      path.startsWith(`${location}/`) ? [path.slice(location.length + 1)] : [],
    );
    if (!isExported(join(folder, location), paths))
      throw invalid('a git repository in it has an unexpected form');
    // An empty folder that git wants is in no bundle.
    mkdirSync(join(folder, location, 'refs'));
  }
}

/** Fails where a scan is not one, before the folder can be taken for that of a whole bundle. */
async function requireScans(manifest: BundleManifest, folder: string): Promise<void> {
  const scans = readScans(manifest, folder);
  if (scans.length === 0) return;
  const { parseKeptScan } = await import('../emit/sbom/production/kept-scan.ts');
  if (scans.some(({ bytes }) => parseKeptScan(bytes) === undefined))
    throw invalid('a scan in it has an unexpected form');
}

/** Opens the folders whatever the umask: builds read them with ids that are not the caller's. */
function openFolders({ files, mirrors }: BundleManifest, folder: string): void {
  const paths = [
    ...files.map(({ path }) => dirname(path)),
    ...mirrors.map(({ location }) => `${location}/refs`),
  ];
  const all = paths.flatMap((path) => [
    path,
    ...[...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index)),
  ]);
  for (const each of new Set([...all, '.'])) chmodSync(join(folder, each), 0o755);
}

async function writeObject(
  file: string,
  start: number,
  bytes: number,
  digest: string,
  targets: readonly { readonly path: string; readonly mode: number }[],
): Promise<void> {
  const hasher = sha256Hasher();
  for (const { path } of targets) mkdirSync(dirname(path), { recursive: true });
  const handles = await Promise.all(targets.map(({ path, mode }) => open(path, 'wx', mode)));
  try {
    if (bytes > 0) {
      for await (const chunk of createReadStream(file, { start, end: start + bytes - 1 })) {
        hasher.update(chunk as Buffer);
        for (const handle of handles) await handle.writeFile(chunk as Buffer);
      }
    }
    for (const [handle, { mode }] of paired(handles, targets)) await handle.chmod(mode);
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
  if (hasher.digest() !== digest) throw invalid('an entry is not what the manifest says');
}

/** Requires that what was typed is a file: a bundle is not read from an address. */
export function requireLocalBundle(file: string): void {
  requireNamed(file, 'file');
}
