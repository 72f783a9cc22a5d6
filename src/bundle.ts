/**
 * Bundles: everything that a verdict rests on in one file, for somebody without a network. A tar archive of a manifest and of
 * objects by their SHA-256; the same inputs give the same bytes. A bundle vouches for nothing by itself: signatures and
 * digests are verified again from what is in it.
 */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parsePublicKey } from './apk/signature.ts';
import { parseSha256, type Sha256, sha256, sha256Hasher } from './digest.ts';
import { Failure } from './failure.ts';
import { hashFile, isAddress } from './inputs/files.ts';
import type { SourceMirror } from './inputs/mirrors.ts';
import { namesIn, ownedName, sweepAbandoned } from './inputs/owners.ts';
import { type LockedRun, lockRun } from './lock.ts';
import type { RunOptions } from './options.ts';
import { canonicalJson } from './plan/canonical.ts';
import { planIdentity } from './plan/plan.ts';
import { wolfi } from './repository/known.ts';
import { packageLocation } from './repository/repository.ts';

interface BundledFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: number;
  readonly sha256: Sha256;
}

export interface BundleManifest {
  readonly schema: 'wolfi-repro/bundle/1';
  /** The version of this program that wrote it. */
  readonly tool: string;
  readonly subject: string;
  readonly published: string;
  readonly plan: Sha256;
  readonly repositories: readonly string[];
  readonly keys: readonly string[];
  readonly mirrors: readonly SourceMirror[];
  readonly recipe: string | null;
  readonly files: readonly BundledFile[];
}

/** A file to be bundled: where it is, or what it is. */
type Content = { readonly file: string } | { readonly bytes: Uint8Array };

interface Draft {
  readonly contents: Map<string, { readonly mode: number; readonly content: Content }>;
}

const block = 512;
const mostManifestBytes = 64 * 1024 * 1024;
const manifestName = 'manifest.json';

/** Locks a package and writes the bundle. Fails as `lock` does, and with `unsupported` for a substituted environment. */
export async function writeBundle(
  subject: string,
  path: string,
  tool: string,
  given: RunOptions,
): Promise<BundleManifest> {
  const run = await lockRun(subject, given);
  const { prepared, examined, options } = run;
  if (prepared.guest.kind !== 'recorded') {
    throw new Failure('unsupported', 'only recorded environments can be bundled', {
      hint: 'leave --environment out',
    });
  }
  const draft: Draft = { contents: new Map() };
  const published = `published/${examined.claim.name}-${examined.claim.version}.apk`;
  add(draft, published, { file: run.path });
  const repositories = await addRepositories(draft, run);
  const keys = options.keys.map(({ name, key }) => {
    add(draft, `keys/${name}`, { bytes: Buffer.from(key.export({ type: 'spki', format: 'pem' })) });
    return `keys/${name}`;
  });
  const mirrors = addSources(draft, run);
  for (const file of prepared.sourceFiles?.files ?? []) {
    if (/\p{Cs}/u.test(file.path)) {
      throw new Failure('unsupported', 'a file beside the recipe has a name that is not UTF-8', {
        got: file.path,
      });
    }
    add(draft, `recipe/${file.path}`, { file: join(prepared.sourceFiles!.directory, file.path) }, file.mode);
  }
  const manifest: BundleManifest = {
    schema: 'wolfi-repro/bundle/1',
    tool,
    subject: `${examined.claim.name}=${examined.claim.version}`,
    published,
    plan: planIdentity(prepared.plans[0]!),
    repositories,
    keys,
    mirrors,
    recipe: prepared.sourceFiles === undefined ? null : 'recipe',
    files: await describe(draft),
  };
  await writeArchive(path, manifest, draft);
  return manifest;
}

function add({ contents }: Draft, path: string, content: Content, mode = 0o644): void {
  contents.set(path, { mode, content });
}

/** Each repository that was used, with its index as it was signed and the packages that are needed of it. */
async function addRepositories(
  draft: Draft,
  { prepared, examined, options, repositories }: LockedRun,
): Promise<string[]> {
  const { inputs } = options.machine;
  const arch = examined.claim.architecture;
  const packages = prepared.guest.kind === 'recorded' ? prepared.guest.packages : [];
  const locations = [...new Set([...repositories, ...packages.map(({ repository }) => repository)])].filter(
    Boolean,
  );
  for (const [at, location] of locations.entries()) {
    const index = await inputs.read(`${location}/${arch}/APKINDEX.tar.gz`);
    if (index !== undefined) add(draft, `repositories/${at}/${arch}/APKINDEX.tar.gz`, { bytes: index });
  }
  for (const { locked, facts, repository } of packages) {
    const at = Math.max(0, locations.indexOf(repository));
    add(draft, packageLocation(`repositories/${at}`, locked, arch), { file: facts.path });
  }
  return locations.map((_, at) => `repositories/${at}`);
}

function addSources(draft: Draft, { prepared }: LockedRun): SourceMirror[] {
  const mirrors = new Map<string, string>();
  const addRepository = (address: string, repository: string) => {
    if (mirrors.has(address)) return;
    const folder = `git/${mirrors.size}`;
    mirrors.set(address, folder);
    for (const path of filesBelow(repository))
      add(draft, `${folder}/${path}`, { file: join(repository, path) });
  };
  for (const found of prepared.sources) {
    if (found.kind === 'fetch') {
      add(draft, `sources/${found.source.algorithm}:${found.source.digest}`, { file: found.path });
      continue;
    }
    addRepository(found.source.repository, found.repository);
    for (const { address, repository } of found.submodules ?? []) addRepository(address, repository);
  }
  return [...mirrors].map(([prefix, location]) => ({ prefix, location }));
}

function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) return filesBelow(folder, `${path}/`);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

async function describe({ contents }: Draft): Promise<BundledFile[]> {
  const files: BundledFile[] = [];
  for (const [path, { mode, content }] of [...contents].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const digest = 'file' in content ? await hashFile(content.file) : sha256(content.bytes);
    const bytes = 'file' in content ? statSync(content.file).size : content.bytes.length;
    files.push({ path, mode, bytes, sha256: digest });
  }
  return files;
}

async function writeArchive(path: string, manifest: BundleManifest, { contents }: Draft): Promise<void> {
  const aside = `${path}.${process.pid}.part`;
  const out = createWriteStream(aside);
  const put = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) =>
      out.write(bytes, (failure) => (failure ? reject(failure) : resolve())),
    );
  try {
    const text = Buffer.from(canonicalJson(manifest));
    await put(Buffer.concat([header(`manifest/${sha256(text)}`, text.length), text, padding(text.length)]));
    const written = new Set<Sha256>();
    for (const { path: name, bytes, sha256: digest } of manifest.files) {
      if (written.has(digest)) continue;
      written.add(digest);
      const { content } = contents.get(name)!;
      await put(header(`objects/${digest}`, bytes));
      if ('file' in content)
        for await (const chunk of createReadStream(content.file)) await put(chunk as Buffer);
      else await put(content.bytes);
      await put(padding(bytes));
    }
    await put(Buffer.alloc(2 * block));
    await new Promise<void>((resolve, reject) =>
      out.end((failure?: Error | null) => (failure ? reject(failure) : resolve())),
    );
    renameSync(aside, path);
  } finally {
    out.destroy();
    rmSync(aside, { force: true });
  }
}

/** A header of POSIX.1-2017 ustar, with nothing of this machine in it. */
function header(name: string, bytes: number): Buffer {
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

function padding(bytes: number): Buffer {
  return Buffer.alloc((block - (bytes % block)) % block);
}

/** A bundle unpacked on this machine, with the options that a run on it takes. */
export interface OpenedBundle {
  readonly manifest: BundleManifest;
  /** The published file. */
  readonly path: string;
  readonly options: RunOptions;
}

/**
 * Unpacks a bundle below the cache, every byte held against its digest, and replaces the inputs of a run by what is in it. Keys
 * are the user's own, and Wolfi's, known by its digest: a bundle does not say whom to trust. Fails with `bundle-invalid`.
 */
export async function openBundle(file: string, given: RunOptions): Promise<OpenedBundle> {
  const bundles = join(given.machine.cache, 'bundles');
  mkdirSync(bundles, { recursive: true });
  sweepAbandoned(bundles);
  const { manifest, text, from } = await readManifest(file);
  const folder = join(bundles, sha256(text));
  if (!existsSync(join(folder, manifestName))) await unpack(file, from, manifest, text, folder, bundles);
  const inside = (path: string) => join(folder, path);
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
    },
  };
}

function invalid(why: string): Failure {
  return new Failure('bundle-invalid', `the bundle is damaged: ${why}`);
}

async function readManifest(file: string): Promise<{ manifest: BundleManifest; text: Buffer; from: number }> {
  const handle = await open(file);
  try {
    const raw = Buffer.alloc(block);
    await handle.read(raw, 0, block, 0);
    const { name, bytes } = parseHeader(raw);
    if (!name.startsWith('manifest/') || bytes > mostManifestBytes)
      throw invalid('it begins with no manifest');
    const text = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(text, 0, bytes, block);
    if (bytesRead !== bytes || name !== `manifest/${sha256(text)}`) throw invalid('its manifest was changed');
    return { manifest: parseManifest(text), text, from: block + bytes + padding(bytes).length };
  } finally {
    await handle.close();
  }
}

function parseHeader(raw: Buffer): { name: string; bytes: number } {
  const size = /^([0-7]{11})\0$/.exec(raw.toString('latin1', 124, 136));
  const name = raw.toString('latin1', 0, 100).replace(/\0.*$/s, '');
  if (size === null || !header(name, Number.parseInt(size[1]!, 8)).equals(raw))
    throw invalid('an entry has another header');
  return { name, bytes: Number.parseInt(size[1]!, 8) };
}

/** Strict: a bundle comes from somebody else. */
function parseManifest(text: Buffer): BundleManifest {
  let manifest: BundleManifest;
  try {
    manifest = JSON.parse(text.toString('utf8')) as BundleManifest;
  } catch (cause) {
    throw new Failure('bundle-invalid', 'the manifest of the bundle is no JSON', { cause });
  }
  const isText = (value: unknown): value is string => typeof value === 'string';
  const isInside = (value: unknown) =>
    isText(value) &&
    value !== '' &&
    value.split('/').every((part) => !['', '.', '..'].includes(part)) &&
    !value.includes('\0');
  const lists = [manifest.repositories, manifest.keys, manifest.mirrors, manifest.files];
  const sound =
    manifest.schema === 'wolfi-repro/bundle/1' &&
    lists.every(Array.isArray) &&
    isInside(manifest.published) &&
    (manifest.recipe === null || isInside(manifest.recipe)) &&
    [...manifest.repositories, ...manifest.keys].every(isInside) &&
    manifest.mirrors.every(({ prefix, location }) => isText(prefix) && prefix !== '' && isInside(location)) &&
    manifest.files.every(
      ({ path, mode, bytes, sha256: digest }) =>
        isInside(path) &&
        (mode & ~0o777) === 0 &&
        Number.isSafeInteger(bytes) &&
        isText(digest) &&
        parseSha256(digest) === digest,
    );
  if (!sound) throw invalid('its manifest is not in the form that this program writes');
  return manifest;
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
  for (const each of manifest.files) wanted.set(each.sha256, [...(wanted.get(each.sha256) ?? []), each]);
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
    for (const [index, { mode }] of targets.entries()) await handles[index]!.chmod(mode);
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
  if (hasher.digest() !== digest) throw invalid('an entry is not what the manifest says');
}

/** Whether what was typed is an address that a bundle cannot be read from. */
export function requireLocalBundle(file: string): void {
  if (isAddress(file) || statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new Failure('usage', `${file} is no file`);
}
