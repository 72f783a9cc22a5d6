/** Sources of steps, found where the user said and checked against the digest that the recipe records. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseSha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { FetchSource, GitSource, PlannedSource, SourceRequest } from '../plan/sources.ts';
import { type Provenance, shownAddress } from './addresses.ts';
import { isAddress } from './files.ts';
import { type FetchedRepository, type GitWanted, listSubmodules } from './git.ts';
import type { Inputs } from './inputs.ts';

/** `PREFIX=LOCATION`: what begins with the prefix is read from the location instead. */
export interface SourceMirror {
  readonly prefix: string;
  readonly location: string;
}

export interface SourcePlaces {
  /** Folders in melange's layout: `sha256:<hex>`, `sha512:<hex>`. */
  readonly caches: readonly string[];
  readonly mirrors: readonly SourceMirror[];
}

/** A verified source on this machine. */
export type FoundSource =
  | { readonly kind: 'fetch'; readonly source: FetchSource; readonly path: string }
  | {
      readonly kind: 'git';
      readonly source: GitSource;
      readonly repository: string;
      /** Bare repositories of submodules, by the address that the steps will ask for. */
      readonly submodules?: readonly { readonly address: string; readonly repository: string }[];
    };

/**
 * Finds sources where the user said, then at the addresses that the recipe records. Fails with `source-unavailable`, naming
 * every source that is missing, or with `source-mismatch`.
 */
export async function findSources(
  requests: readonly SourceRequest[],
  places: SourcePlaces,
  inputs: Inputs,
): Promise<FoundSource[]> {
  const refusals: Failure[] = [];
  const tolerant = async (find: () => Promise<FoundSource | undefined>) => {
    try {
      return await find();
    } catch (failure) {
      const code = failure instanceof Failure ? failure.code : undefined;
      if (code !== 'unreachable' && code !== 'address-refused') throw failure;
      refusals.push(failure as Failure);
      return undefined;
    }
  };
  const found = await Promise.all(
    requests.map((request) =>
      tolerant(() =>
        'git' in request
          ? findRepository(request, requests, places, inputs)
          : findFetched(request.source, places, inputs),
      ),
    ),
  );
  const missing = requests.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) throw unavailable(missing, requests.length, refusals);
  return found.filter((each) => each !== undefined);
}

function unavailable(missing: readonly SourceRequest[], all: number, refusals: readonly Failure[]): Failure {
  const [refusal] = refusals;
  const places =
    'name a folder that has them with --source-cache DIR, or where to read them with --source-mirror PREFIX=URL|DIR';
  return new Failure('source-unavailable', `${missing.length} of ${all} sources are not to be had`, {
    expected: missing.map(({ source }) => describeSource(source)).join(' '),
    ...(refusal === undefined ? {} : { got: refusal.message, cause: refusal }),
    hint: refusal?.hint === undefined ? places : `${places}; or ${refusal.hint}`,
  });
}

export function describeSource(source: PlannedSource): string {
  return source.kind === 'fetch'
    ? `${source.uri} (${source.algorithm}:${source.digest})`
    : `${source.repository} at ${source.commit}`;
}

async function findFetched(
  source: FetchSource,
  { caches, mirrors }: SourcePlaces,
  inputs: Inputs,
): Promise<FoundSource | undefined> {
  const name = `${source.algorithm}:${source.digest}`;
  const stored = await storedSource(source, inputs);
  if (stored !== undefined) return { kind: 'fetch', source, path: stored };
  const candidates: readonly (readonly [location: string, provenance: Provenance])[] = [
    ...caches.map((cache) => [join(cache, name), 'named'] as const),
    ...mirrors
      .flatMap((mirror) => mirrored(source.uri, mirror) ?? [])
      .map((each) => [each, 'named'] as const),
    ...(isAddress(source.uri) ? [[source.uri, 'recorded'] as const] : []),
  ];
  const failures: Failure[] = [];
  for (const [location, provenance] of candidates) {
    const path = await obtainSource(location, provenance, name, source, inputs).catch(asFailure);
    if (path instanceof Failure) failures.push(path);
    else if (path !== undefined) return { kind: 'fetch', source, path };
  }
  const failure = failures.find(({ code }) => code === 'source-mismatch') ?? failures[0];
  if (failure !== undefined) throw failure;
  return undefined;
}

/** One place that cannot be asked leaves the others. */
function asFailure(failure: unknown): Failure {
  if (failure instanceof Failure && (failure.code === 'unreachable' || failure.code === 'address-refused'))
    return failure;
  throw failure;
}

/** A source that was fetched before, wherever from. */
async function storedSource(
  { algorithm, digest }: FetchSource,
  { store }: Inputs,
): Promise<string | undefined> {
  const known = algorithm === 'sha256' ? digest : store.recall(`sha512 ${digest}`);
  const sha256 = parseSha256(known ?? '');
  return sha256 === undefined ? undefined : store.get(sha256);
}

/** The path of a source; a failure where something else is in its place, even when asked once more. */
async function obtainSource(
  location: string,
  provenance: Provenance,
  name: string,
  source: FetchSource,
  inputs: Inputs,
): Promise<string | Failure | undefined> {
  let got = '';
  for (let attempt = 0; attempt < (isAddress(location) ? 2 : 1); attempt += 1) {
    const path = await inputs.obtain(location, { provenance, pin: name });
    if (path === undefined) return undefined;
    got = await digestOf(path, source.algorithm);
    if (got === source.digest) {
      if (source.algorithm === 'sha512' && isAddress(location))
        inputs.store.remember(`sha512 ${got}`, await inputs.hash(location, { provenance, pin: name }));
      return path;
    }
    inputs.forget(location);
  }
  const where = isAddress(location) ? shownAddress(location) : location;
  return new Failure('source-mismatch', `${where} is not the source that the recipe records`, {
    expected: name,
    got: `${source.algorithm}:${got}`,
  });
}

type RepositoryRequest = Extract<SourceRequest, { git: unknown }>;

/**
 * A folder that the user named is taken as it is: git itself compares commit ids with content, and the step compares what it
 * checked out with the pinned commit. From an address, all steps of a build that ask for one repository share what is fetched.
 */
async function findRepository(
  request: RepositoryRequest,
  all: readonly SourceRequest[],
  { mirrors }: SourcePlaces,
  inputs: Inputs,
): Promise<FoundSource | undefined> {
  const { source, git } = request;
  const sharing = all.filter(
    (each): each is RepositoryRequest => 'git' in each && each.source.repository === source.repository,
  );
  const wanted = sharing.map((each) => ({ commit: each.source.commit, request: each.git }));
  const fetched = await fetchFrom(source.repository, mirrors, wanted, inputs);
  if (fetched === undefined) return undefined;
  const commit = fetched.commits[sharing.indexOf(request)]!;
  const submodules = git.submodules
    ? await fetchSubmodules(fetched.path, commit, source.repository, mirrors, inputs)
    : [];
  return { kind: 'git', source: { ...source, commit }, repository: fetched.path, submodules };
}

/** From the first place that has it: folders and addresses that the user named, then the recorded address. */
async function fetchFrom(
  address: string,
  mirrors: readonly SourceMirror[],
  wanted: readonly GitWanted[],
  inputs: Inputs,
): Promise<FetchedRepository | undefined> {
  const places = mirrors.flatMap((mirror) => mirrored(address, mirror) ?? []);
  for (const folder of places.filter((each) => !isAddress(each))) {
    const path = [folder, `${folder}.git`].find(isRepository);
    const pinned = wanted.every(({ commit }) => commit !== '');
    if (path !== undefined && pinned) return { path, commits: wanted.map(({ commit }) => commit) };
  }
  const addresses: (readonly [string, Provenance])[] = [
    ...places.filter(isAddress).map((each) => [each, 'named'] as const),
    [address, 'recorded'],
  ];
  for (const [place, provenance] of addresses) {
    const fetched = await inputs.repository(place, provenance, wanted);
    if (fetched !== undefined) return fetched;
  }
  return undefined;
}

function isRepository(folder: string): boolean {
  const marked = existsSync(join(folder, 'objects')) || existsSync(join(folder, '.git'));
  return marked && statSync(folder).isDirectory();
}

const deepestSubmodules = 8;
const mostRepositories = 1000;

/** Submodules and theirs, under the addresses that git will ask for: relative ones follow the recorded address. */
async function fetchSubmodules(
  repository: string,
  commit: string,
  address: string,
  mirrors: readonly SourceMirror[],
  inputs: Inputs,
): Promise<{ address: string; repository: string }[]> {
  const found = new Map<string, string>();
  const visit = async (path: string, at: string, from: string, depth: number): Promise<void> => {
    if (depth > deepestSubmodules) throw new Failure('limit-exceeded', 'submodules are nested too deep');
    const modules = await listSubmodules(inputs.git(), path, at, from);
    for (const [url, group] of groupBy(modules, (each) => each.address)) {
      if (found.size > mostRepositories)
        throw new Failure('limit-exceeded', 'a source has too many submodules');
      const request = { tag: '', branch: '', depth: undefined, submodules: true };
      const wanted = group.map((each) => ({ commit: each.commit, request }));
      const fetched = await fetchFrom(url, mirrors, wanted, inputs);
      if (fetched === undefined)
        throw new Failure('unreachable', `there is no repository at ${shownAddress(url)}`);
      found.set(url, fetched.path);
      for (const each of group) await visit(fetched.path, each.commit, url, depth + 1);
    }
  };
  await visit(repository, commit, address, 0);
  return [...found].map(([url, path]) => ({ address: url, repository: path }));
}

function groupBy<V>(values: readonly V[], keyOf: (value: V) => string): Map<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}

/** The mirrored location; undefined where the prefix does not fit or the rest would climb out of the mirror. */
function mirrored(uri: string, { prefix, location }: SourceMirror): string | undefined {
  if (!uri.startsWith(prefix)) return undefined;
  const rest = uri.slice(prefix.length);
  if (rest === '') return location;
  // `https://host.example` is no prefix of `https://host.example.org/`.
  if (!prefix.endsWith('/') && !/^[/?]/.test(rest)) return undefined;
  if (rest.split(/[/\\?#]/).some(isDotDot) || /[\u0000-\u001f]/.test(rest)) return undefined;
  return `${location.replace(/\/$/, '')}/${rest.replace(/^\//, '')}`;
}

/** Also as an address may spell it (WHATWG URL, "double-dot URL path segment"). */
function isDotDot(part: string): boolean {
  return /^(?:\.|%2e){2}$/i.test(part.trim());
}

async function digestOf(path: string, algorithm: 'sha256' | 'sha512'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
