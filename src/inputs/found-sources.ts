/** Finds the sources of steps where the user said, and compares them with the digest that the recipe records. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { shownAddress } from '../address.ts';
import { parseSha256 } from '../digest.ts';
import { describeTried, Failure } from '../failure.ts';
import type { FetchSource, PlannedSource, SourceRequest } from '../plan/requested-sources.ts';
import { type FoundRepository, findRepositories, type RepositoryRequest } from './git-sources.ts';
import type { Inputs } from './inputs.ts';
import type { Provenance } from './network/addresses.ts';
import { firstFound, mirrored, type SourceMirror } from './network/mirrors.ts';
import { isAddress } from './store/files.ts';

export interface SourcePlaces {
  /** Folders in melange's layout: `sha256:<hex>`, `sha512:<hex>`. */
  readonly caches: readonly string[];
  readonly mirrors: readonly SourceMirror[];
}

/** A verified source on this machine. */
export type FoundSource =
  | { readonly kind: 'fetch'; readonly source: FetchSource; readonly path: string }
  | FoundRepository;

/**
 * Finds sources where the user said, then at the addresses that the recipe records. Fails with `source-unavailable`, naming
 * every missing source and everything that was tried, or with `source-mismatch`.
 */
export async function findSources(
  requests: readonly SourceRequest[],
  places: SourcePlaces,
  inputs: Inputs,
): Promise<FoundSource[]> {
  const refusals: Failure[] = [];
  const onRefusal = (failure: Failure) => void refusals.push(failure);
  const [repositories, found] = await Promise.all([
    findRepositories(requests.filter(asksRepository), places.mirrors, inputs, onRefusal),
    Promise.all(
      requests.map((request) =>
        asksRepository(request) ? undefined : findFetched(request.source, places, inputs, onRefusal),
      ),
    ),
  ]);
  const all = requests.map((request, index) =>
    asksRepository(request) ? repositories.get(request) : found[index],
  );
  const missing = requests.filter((_, index) => all[index] === undefined);
  if (missing.length > 0) throw unavailable(missing, requests.length, refusals);
  return all.filter((each) => each !== undefined);
}

function asksRepository(request: SourceRequest): request is RepositoryRequest {
  return 'git' in request;
}

function unavailable(missing: readonly SourceRequest[], all: number, refusals: readonly Failure[]): Failure {
  const tried = describeTried(refusals);
  const allowed = refusals.find(({ hint }) => hint !== undefined)?.hint;
  const places =
    'name a folder that has them with --source-cache DIR, or where to read them with --source-mirror PREFIX=URL|DIR';
  return new Failure('source-unavailable', `${missing.length} of ${all} sources cannot be found`, {
    expected: missing.map(({ source }) => describeSource(source)).join(' '),
    ...(tried === undefined ? {} : { got: tried, cause: refusals[0] }),
    hint: allowed === undefined ? places : `${places}; or ${allowed}`,
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
  onRefusal: (failure: Failure) => void,
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
  return firstFound(candidates, onRefusal, async ([location, provenance]) => {
    const path = await obtainSource(location, provenance, name, source, inputs);
    return path === undefined ? undefined : { kind: 'fetch', source, path };
  });
}

/** A source that was fetched before, from anywhere. */
async function storedSource(
  { algorithm, digest }: FetchSource,
  { store }: Inputs,
): Promise<string | undefined> {
  const known = algorithm === 'sha256' ? digest : store.recall(`sha512 ${digest}`);
  const sha256 = parseSha256(known ?? '');
  return sha256 === undefined ? undefined : store.get(sha256);
}

/** The path of a source. Fails with `source-mismatch` where something else is in its place, even on a second request. */
async function obtainSource(
  location: string,
  provenance: Provenance,
  name: string,
  source: FetchSource,
  inputs: Inputs,
): Promise<string | undefined> {
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
  throw new Failure('source-mismatch', `${where} is not the source that the recipe records`, {
    expected: name,
    got: `${source.algorithm}:${got}`,
  });
}

async function digestOf(path: string, algorithm: 'sha256' | 'sha512'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
