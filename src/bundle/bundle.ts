/**
 * Bundles: everything that a verdict rests on in one file, for somebody without a network. A bundle is a tar archive of a manifest and of
 * objects named by their SHA-256; the same inputs give the same bytes. A bundle vouches for nothing by itself: signatures and
 * digests are verified again from what is in it.
 */

import { createReadStream, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shownAddress } from '../address.ts';
import { canonicalJson } from '../canonical.ts';
import { type Sha256, sha256, sha256Hasher } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { Candidate } from '../flow/candidate.ts';
import { requireCandidate } from '../flow/find-candidate.ts';
import type { RunOptions } from '../flow/run-options.ts';
import { ownFolder } from '../folders.ts';
import { exportRepository } from '../inputs/git/git-export.ts';
import type { OwnRepository } from '../inputs/git/own-repository.ts';
import type { SourceMirror } from '../inputs/network/mirrors.ts';
import { hashFile } from '../inputs/store/files.ts';
import { namesIn, ownedName, sweepAbandoned } from '../inputs/store/temporary-names.ts';
import { notWritten } from '../named-path.ts';
import type { ResolvedPackage } from '../plan/environment.ts';
import { planIdentity } from '../plan/plan.ts';
import { isAbandoned } from '../process-marks.ts';
import { packageLocation } from '../repository/repository.ts';
import { transcriptBytes, transcriptObjects } from '../transcript/transcript.ts';
import { answersFolder, archiveEnd, type BundledFile, type BundleManifest, header, padding } from './form.ts';

/**
 * The transcript of what the steps fetch, with every body that it names. Fails with `network-required` where none was recorded, and with
 * `unsupported` where the steps get the machine's network.
 */
async function addTranscript(draft: Draft, { prepared, run }: Candidate): Promise<string | undefined> {
  const { network } = prepared.inputs;
  if (network.kind === 'none') return undefined;
  if (network.kind === 'host')
    throw new Failure('unsupported', 'what steps fetch from the machine’s network is not recorded', {
      hint: 'leave out --network=host',
    });
  if (network.kind === 'record')
    throw new Failure('network-required', 'nothing is recorded of what the steps fetch', {
      hint: 'record it with `wolfi-repro verify --network`, and bundle it then',
    });
  const path = 'transcript.json';
  add(draft, path, { bytes: transcriptBytes(network.transcript) });
  for (const { sha256: digest } of transcriptObjects(network.transcript)) {
    const file = await run.machine.inputs.store.get(digest);
    if (file === undefined)
      throw new Failure('transcript-incomplete', 'a body that the transcript names is not in the store', {
        expected: digest,
      });
    add(draft, `${answersFolder}/${digest}`, { file });
  }
  return path;
}

/** A file to be bundled: where it is, or what it is. */
type Content = { readonly file: string } | { readonly bytes: Uint8Array };

interface Draft {
  readonly contents: Map<string, { readonly mode: number; readonly content: Content }>;
}

/** Locks a package and writes the bundle. Fails as `lock` does, and with `unsupported` for a substituted environment. */
export async function writeBundle(
  subject: string,
  path: string,
  tool: string,
  given: RunOptions,
): Promise<BundleManifest> {
  requireNoSyft(given);
  const candidate = await requireCandidate(subject, given, 'plan');
  const { target, prepared, run } = candidate;
  if (prepared.inputs.guest.kind !== 'recorded') {
    throw new Failure('unsupported', 'only recorded environments can be bundled', {
      hint: 'leave out --environment',
    });
  }
  const draft: Draft = { contents: new Map() };
  const published = `published/${target.claim.name}-${target.claim.version}.apk`;
  add(draft, published, { file: target.source.name });
  const repositories = await addRepositories(draft, candidate);
  const keys = run.trust.keys.map(({ name, key }) => {
    add(draft, `keys/${name}`, { bytes: Buffer.from(key.export({ type: 'spki', format: 'pem' })) });
    return `keys/${name}`;
  });
  const folders = ownFolder(join(run.machine.cache, 'bundles'));
  sweepAbandoned(folders);
  const aside = join(folders, ownedName());
  try {
    const mirrors = await addSources(draft, candidate, aside);
    addRecipe(draft, candidate);
    const scans = await addScans(draft, candidate);
    const transcript = await addTranscript(draft, candidate);
    const manifest: BundleManifest = {
      schema: 'wolfi-repro/bundle/1',
      tool,
      subject: `${target.claim.name}=${target.claim.version}`,
      published,
      plan: planIdentity(prepared.plan),
      repositories,
      keys,
      mirrors,
      recipe: prepared.inputs.sourceFiles === undefined ? null : 'recipe',
      ...(scans.length === 0 ? {} : { scans }),
      ...(transcript === undefined ? {} : { transcript }),
      files: await describe(draft),
    };
    await writeArchive(path, manifest, draft);
    return manifest;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** What a syft lists goes into a bundle as a scan that was kept, so that its plan is that of a machine without one. Fails with `usage`. */
export function requireNoSyft({ machine }: RunOptions): void {
  if (machine.syft.length === 0) return;
  throw new Failure('usage', 'a bundle holds what a syft listed, and not a syft', {
    hint: 'keep a scan with verify --syft PATH --keep-scans DIR, and bundle it with --scan FILE',
  });
}

function add({ contents }: Draft, path: string, content: Content, mode = 0o644): void {
  contents.set(path, { mode, content });
}

/** Each repository that was used, with its index as it was signed and those of its packages that are needed. */
async function addRepositories(
  draft: Draft,
  { prepared, target, opened, run }: Candidate,
): Promise<string[]> {
  const { inputs } = run.machine;
  const arch = target.claim.architecture;
  const { guest } = prepared.inputs;
  const packages = guest.kind === 'recorded' ? guest.packages : [];
  const repositories = opened.repositories.map(({ location }) => location);
  const locations = [...new Set([...repositories, ...packages.map(({ repository }) => repository)])].filter(
    Boolean,
  );
  for (const [at, location] of locations.entries()) {
    const index = await inputs.read(`${location}/${arch}/APKINDEX.tar.gz`);
    if (index !== undefined) add(draft, `repositories/${at}/${arch}/APKINDEX.tar.gz`, { bytes: index });
  }
  const shelf = shelfOf(packages, opened, run);
  for (const { locked, facts, repository } of packages) {
    const at = locations.indexOf(repository === '' ? shelf() : repository);
    add(draft, packageLocation(`repositories/${at}`, locked, arch), { file: facts.path });
  }
  return locations.map((_, at) => `repositories/${at}`);
}

/**
 * The repository below which packages of the store are put: one whose index is believed, since a run looks nowhere else. Fails
 * with `unsupported` where there is none.
 */
function shelfOf(
  packages: readonly ResolvedPackage[],
  { repositories }: Candidate['opened'],
  { trust }: Candidate['run'],
): () => string {
  const believed = repositories.find(({ signature }) => signature.kind === 'valid' || trust.allowUnsigned);
  const shelf = packages.find(({ repository }) => repository !== '')?.repository ?? believed?.location;
  return () => {
    if (shelf !== undefined) return shelf;
    throw new Failure(
      'unsupported',
      'the packages of the environment are only in the store of this machine',
      {
        hint: 'name a repository whose index is signed with --repository',
      },
    );
  };
}

/** @param aside a folder of this run, for repositories as they are bundled */
async function addSources(
  draft: Draft,
  { prepared, run }: Candidate,
  aside: string,
): Promise<SourceMirror[]> {
  const mirrors = new Map<string, string>();
  const git = () => run.machine.inputs.git();
  const addRepository = async (address: string, repository: OwnRepository) => {
    if (mirrors.has(address)) return;
    const folder = `git/${mirrors.size}`;
    mirrors.set(address, folder);
    const copy = join(aside, folder);
    await exportRepository(git(), repository, copy);
    for (const path of filesBelow(copy)) add(draft, `${folder}/${path}`, { file: join(copy, path) });
  };
  for (const found of prepared.inputs.sources) {
    if (found.kind === 'fetch') {
      add(draft, `sources/${found.source.algorithm}:${found.source.digest}`, { file: found.path });
      continue;
    }
    await addRepository(found.source.repository, found.repository);
    for (const { address, repository } of found.submodules ?? []) await addRepository(address, repository);
  }
  return [...mirrors].map(([address, location]) => ({ prefix: shownAddress(address), location }));
}

function addRecipe(draft: Draft, { prepared: { inputs } }: Candidate): void {
  for (const file of inputs.sourceFiles?.files ?? []) {
    if (/\p{Cs}/u.test(file.path)) {
      throw new Failure('unsupported', 'a file beside the recipe has a name that is not UTF-8', {
        got: file.path,
      });
    }
    add(draft, `recipe/${file.path}`, { file: join(inputs.sourceFiles!.directory, file.path) }, file.mode);
  }
}

/** Those that the plan names, as they were given. */
async function addScans(draft: Draft, { prepared, run }: Candidate): Promise<string[]> {
  const planned = prepared.plan.builder.scan?.kept ?? [];
  const { renderKeptScan } = await import('../emit/sbom/production/kept-scan.ts');
  return planned.map(({ sha256: digest }) => {
    const scan = run.places.keptScans.find((each) => each.sha256 === digest)!;
    add(draft, `scans/${digest}`, { bytes: renderKeptScan(scan) });
    return `scans/${digest}`;
  });
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

const asideSuffix = '.bundle-part';

/** Writes the archive beside its place and renames it. Fails with `usage` where it cannot be written, with `file-changed` where an input was changed. */
async function writeArchive(path: string, manifest: BundleManifest, draft: Draft): Promise<void> {
  const folder = dirname(path);
  for (const name of namesIn(folder).filter((each) => each.endsWith(asideSuffix) && isAbandoned(each)))
    rmSync(join(folder, name), { force: true });
  const aside = join(folder, `${ownedName()}${asideSuffix}`);
  try {
    const out = await open(aside, 'wx');
    try {
      for await (const bytes of archive(manifest, draft)) await out.writeFile(bytes);
      await out.sync();
    } finally {
      await out.close();
    }
    renameSync(aside, path);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw notWritten(path, cause);
  } finally {
    rmSync(aside, { force: true });
  }
}

async function* archive(manifest: BundleManifest, { contents }: Draft): AsyncGenerator<Uint8Array> {
  const text = Buffer.from(canonicalJson(manifest));
  yield Buffer.concat([header(`manifest/${sha256(text)}`, text.length), text, padding(text.length)]);
  const written = new Set<Sha256>();
  for (const { path: name, bytes, sha256: digest } of manifest.files) {
    if (written.has(digest)) continue;
    written.add(digest);
    yield header(`objects/${digest}`, bytes);
    const { content } = contents.get(name)!;
    const hasher = sha256Hasher();
    for await (const chunk of 'file' in content ? createReadStream(content.file) : [content.bytes]) {
      hasher.update(chunk as Uint8Array);
      yield chunk as Uint8Array;
    }
    if (hasher.digest() !== digest) throw new Failure('file-changed', `${name} changed while it was bundled`);
    yield padding(bytes);
  }
  yield archiveEnd;
}
