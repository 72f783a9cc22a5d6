/** Sources of steps, found where the user said and checked against the digest that the recipe records. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import type { FetchSource, GitSource, PlannedSource } from '../plan/sources.ts';
import { isAddress } from './files.ts';
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
  | { readonly kind: 'git'; readonly source: GitSource; readonly repository: string };

/** Fails with `source-unavailable`, naming every source that is missing, or with `source-mismatch`. */
export async function findSources(
  sources: readonly PlannedSource[],
  places: SourcePlaces,
  inputs: Inputs,
): Promise<FoundSource[]> {
  const found = await Promise.all(
    sources.map((source) =>
      source.kind === 'fetch' ? findFetched(source, places, inputs) : findRepository(source, places),
    ),
  );
  const missing = sources.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    throw new Failure(
      'source-unavailable',
      `${missing.length} of ${sources.length} sources are not to be had`,
      {
        expected: missing.map(describeSource).join(' '),
        hint: 'name a folder that has them with --source-cache DIR, or where to read them with --source-mirror PREFIX=URL|DIR',
      },
    );
  }
  return found.filter((each) => each !== undefined);
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
  const candidates = [
    ...caches.map((cache) => join(cache, name)),
    ...mirrors.flatMap((mirror) => mirrored(source.uri, mirror) ?? []),
  ];
  for (const location of candidates) {
    const path = await inputs.obtain(location);
    if (path === undefined) continue;
    const got = await digestOf(path, source.algorithm);
    if (got !== source.digest) {
      throw new Failure('source-mismatch', `${location} is not the source that the recipe records`, {
        expected: name,
        got: `${source.algorithm}:${got}`,
      });
    }
    return { kind: 'fetch', source, path };
  }
  return undefined;
}

/** git itself compares commit ids with content; the step compares what it checked out with the pinned commit. */
async function findRepository(
  source: GitSource,
  { mirrors }: SourcePlaces,
): Promise<FoundSource | undefined> {
  for (const mirror of mirrors) {
    const location = mirrored(source.repository, mirror);
    if (location === undefined || isAddress(location)) continue;
    for (const repository of [location, `${location}.git`]) {
      const isRepository = existsSync(join(repository, 'objects')) || existsSync(join(repository, '.git'));
      if (isRepository && statSync(repository).isDirectory()) return { kind: 'git', source, repository };
    }
  }
  return undefined;
}

/** The mirrored location; undefined where the prefix does not fit or the rest would climb out of the mirror. */
function mirrored(uri: string, { prefix, location }: SourceMirror): string | undefined {
  if (!uri.startsWith(prefix)) return undefined;
  const rest = uri.slice(prefix.length);
  if (rest.split('/').includes('..') || rest.includes('\0')) return undefined;
  return `${location.replace(/\/$/, '')}/${rest.replace(/^\//, '')}`;
}

async function digestOf(path: string, algorithm: 'sha256' | 'sha512'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
