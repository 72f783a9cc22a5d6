/** The repositories of a run and the keys that vouch for them: those that the user named, and Wolfi's own. */

import type { PublicKey } from '../apk/apk-signature.ts';
import { trimmedEnd } from '../bytes.ts';
import type { ClaimFinding } from '../claim/findings.ts';
import type { Recipe } from '../claim/recipe/recipe.ts';
import { Failure, isUnreached } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Provenance } from '../inputs/network/addresses.ts';
import { isAddress } from '../inputs/store/files.ts';
import { indexCache, newestBuilds } from '../inputs/store/index-cache.ts';
import { addAll } from '../lists.ts';
import type { Architecture } from '../names.ts';
import type { EnvironmentPlace } from '../plan/environment-place.ts';
import { wolfi } from '../repository/known.ts';
import type { NamedCount } from '../repository/records.ts';
import { openRepository, type Repository } from '../repository/repository.ts';
import { describeStaleness } from '../repository/staleness.ts';
import { fetchKey, wolfiKey } from './known-keys.ts';
import type { Run, Trust } from './run.ts';

/** The repositories that the user named, for one architecture. */
export interface OpenedRepositories {
  readonly repositories: readonly Repository[];
  /** Repositories that could not be reached, or have no index or a bad index for the architecture: they are left out, which says nothing about a package. */
  readonly skipped: readonly SkippedRepository[];
}

export interface SkippedRepository {
  /** The location as the user named it. */
  readonly location: string;
  readonly failure: Failure;
}

export type OpenRepositories = (arch: Architecture) => Promise<OpenedRepositories>;

/** What a repository is opened with: the run, and the keys separately. */
type Opening = Pick<Run, 'machine' | 'watch'> & { readonly keys: readonly PublicKey[] };

/** Opens the repositories of a run, once for each architecture. One that cannot be used is left out and does not end the run. */
export function repositoryOpener({ trust, places, machine, watch }: Run): OpenRepositories {
  const opened = new Map<string, Promise<OpenedRepositories>>();
  return (arch) => {
    const known = opened.get(arch);
    if (known !== undefined) return known;
    const opening = openAll(places.repositories, arch, { machine, watch, keys: trust.keys });
    opened.set(arch, opening);
    return opening;
  };
}

async function openAll(
  locations: readonly string[],
  arch: Architecture,
  opening: Opening,
): Promise<OpenedRepositories> {
  const skipped: SkippedRepository[] = [];
  const opened = await Promise.all(
    locations.map((location) =>
      open(location, arch, opening).catch((failure: unknown) => {
        if (!isSkipped(failure)) throw failure;
        skipped.push({ location, failure });
        return undefined;
      }),
    ),
  );
  const inOrder = locations.flatMap((location) => skipped.find((each) => each.location === location) ?? []);
  return { repositories: opened.filter((each) => each !== undefined), skipped: inOrder };
}

async function open(
  location: string,
  arch: Architecture,
  { keys, machine: { inputs }, watch }: Opening,
  provenance: Provenance = 'named',
): Promise<Repository> {
  const opened = await openRepository(location, arch, keys, {
    read: (path) => inputs.read(path, provenance),
    parsed: indexCache(inputs.store),
    newest: newestBuilds(inputs.store),
  });
  const { now, mostIndexDays: mostDays, onProgress } = watch;
  if (now !== undefined) {
    const text = describeStaleness(opened, { now, mostDays, offline: inputs.network.policy.offline });
    if (text !== undefined) onProgress({ kind: 'warning', text });
  }
  return opened;
}

/** The places where the packages of an environment are looked for. */
export interface EnvironmentPlaces {
  readonly places: readonly EnvironmentPlace[];
  /** Why further places could not be reached, or are not believed. */
  readonly refusals: readonly Failure[];
  /** What was noticed about places other than the repositories that were opened before. */
  readonly findings: readonly ClaimFinding[];
  /** The keys that vouch for packages wherever they lie. */
  readonly keys: readonly PublicKey[];
}

/**
 * The places of an environment: the repositories that the user named; Wolfi's own, where the recipe was built with it or its twin; fallbacks; the
 * repositories that the recipe records, if these are trusted. A place whose index is not vouched for by one of its keys is left out.
 */
export async function environmentPlaces(
  recipe: Recipe,
  arch: Architecture,
  { repositories: named, skipped }: OpenedRepositories,
  { trust, places: { fallbackRepositories }, permissions, machine, watch }: Run,
): Promise<EnvironmentPlaces> {
  const places: EnvironmentPlace[] = [];
  const refusals: Failure[] = skipped.map(({ failure }) => failure);
  const findings: ClaimFinding[] = [];
  const refused = (failure: Failure) => void refusals.push(failure);
  const add = (repository: Repository, foundIn: EnvironmentPlace['foundIn'], keys: readonly PublicKey[]) => {
    if (isSigned(repository, trust)) return void places.push({ repository, foundIn, keys });
    const failure = notSigned(repository);
    refusals.push(failure);
    addAll(findings, skippedFindings([{ location: repository.location, failure }]));
  };
  for (const repository of named) add(repository, 'index', trust.keys);
  const { contents } = recipe.environment;
  const recorded = [...new Set([...contents.buildRepositories, ...contents.repositories])].map((each) =>
    trimmedEnd(each, '/'),
  );
  const has = (location: string) => named.some((each) => each.location === location);
  const { inputs } = machine;
  let { keys } = trust;
  if (!has(wolfi.location) && recorded.some((each) => wolfi.recordedAs.includes(each))) {
    const key = await tolerant(() => wolfiKey(inputs), refused);
    if (key !== undefined) keys = [...keys, key];
    const opened = await tolerant(() => open(wolfi.location, arch, { machine, watch, keys }), refused);
    if (opened !== undefined) add(opened, 'index', keys);
  }
  const fallbacks = await openAll(fallbackRepositories, arch, { machine, watch, keys: trust.keys });
  for (const opened of fallbacks.repositories) add(opened, 'fallback', trust.keys);
  addAll(
    refusals,
    fallbacks.skipped.map(({ failure }) => failure),
  );
  if (permissions.recordedRepositories) {
    const own = [...trust.keys, ...(await recordedKeys(contents.keyring, inputs, refused))];
    for (const location of recorded.filter((each) => isAddress(each) && !has(each))) {
      const opened = await tolerant(
        () => open(location, arch, { machine, watch, keys: own }, 'recorded'),
        refused,
      );
      if (opened !== undefined) add(opened, 'recorded', own);
    }
  }
  const opened = [...fallbacks.repositories, ...places.map(({ repository }) => repository)];
  const others = [...new Set(opened)].filter((each) => !named.includes(each));
  addAll(findings, repositoryFindings({ repositories: others, skipped: fallbacks.skipped }));
  return { places, refusals, findings, keys };
}

async function recordedKeys(
  keyring: readonly string[],
  inputs: Inputs,
  refused: (failure: Failure) => void,
): Promise<PublicKey[]> {
  const keys = await Promise.all(
    keyring
      .filter(isAddress)
      .map((address) => tolerant(() => fetchKey(address, inputs, 'recorded'), refused)),
  );
  return keys.filter((key) => key !== undefined);
}

/** Opens a place that the user did not name: where it is gone or of no use, it is left out. */
async function tolerant<V>(
  work: () => Promise<V>,
  refused: (failure: Failure) => void,
): Promise<V | undefined> {
  try {
    return await work();
  } catch (failure) {
    if (!isSkipped(failure) && !isOf(failure, ['usage'])) throw failure;
    refused(failure as Failure);
    return undefined;
  }
}

/** Whether this failure only means that a repository is left out: a defect of a repository says nothing about a package. */
function isSkipped(failure: unknown): failure is Failure {
  return isUnreached(failure) || isOf(failure, ['environment-unavailable', 'environment-invalid']);
}

function isOf(failure: unknown, codes: readonly Failure['code'][]): boolean {
  return failure instanceof Failure && codes.includes(failure.code);
}

function isSigned({ signature }: Repository, { allowUnsigned }: Trust): boolean {
  return signature.kind === 'valid' || allowUnsigned;
}

function notSigned({ location, signature }: Repository): Failure {
  const got = signature.kind === 'unknown-key' ? `it is signed with ${signature.keyName}` : signature.kind;
  return new Failure('environment-invalid', `no given key vouches for the index of ${location}: ${got}`, {
    hint: 'give the key with --key FILE|URL, or accept it with --allow-unsigned',
  });
}

/** Requires an index that a key of the run vouches for, and that is not older than one seen before. Fails with `unknown-key` and `index-rolled-back`. */
export function requireBelieved(
  { location, signature, records, rolledBackFrom }: Repository,
  { allowUnsigned }: Trust,
): void {
  if (signature.kind !== 'valid' && !allowUnsigned)
    throw new Failure('unknown-key', `no given key vouches for the index of ${location}`, {
      hint: 'give the key with --key FILE|URL, or accept it with --allow-unsigned',
    });
  if (rolledBackFrom !== undefined)
    throw new Failure(
      'index-rolled-back',
      `the index of ${location} is older than one that was seen before`,
      {
        expected: `a build of ${rolledBackFrom} or later`,
        got: String(records.newestBuild),
      },
    );
}

/** The findings about the repositories of a run. */
export function repositoryFindings({ repositories, skipped }: OpenedRepositories): ClaimFinding[] {
  return [...repositories.flatMap(indexFindings), ...skippedFindings(skipped)];
}

function indexFindings({ location, records, rolledBackFrom, signature }: Repository): ClaimFinding[] {
  const { unusable, ambiguous } = records.faults;
  const named = ({ count, names }: NamedCount) =>
    `${location}: ${names.join(' ')}${count > names.length ? ` and ${count - names.length} more` : ''}`;
  const renamed = signature.kind === 'valid' ? signature.givenAs : undefined;
  return [
    ...(rolledBackFrom === undefined
      ? []
      : [
          {
            kind: 'index-older' as const,
            detail: `${location}: newest build ${records.newestBuild}, before ${rolledBackFrom}`,
          },
        ]),
    ...(unusable.count === 0 ? [] : [{ kind: 'index-record-unusable' as const, detail: named(unusable) }]),
    ...(ambiguous.count === 0 ? [] : [{ kind: 'index-record-ambiguous' as const, detail: named(ambiguous) }]),
    ...(signature.kind !== 'valid' || renamed === undefined
      ? []
      : [
          {
            kind: 'key-renamed' as const,
            detail: `the index of ${location} names ${signature.keyName}, the key was given as ${renamed}`,
          },
        ]),
  ];
}

function skippedFindings(skipped: readonly SkippedRepository[]): ClaimFinding[] {
  return skipped.map(({ location, failure }) => ({
    kind: isUnreached(failure) ? 'repository-unreached' : 'repository-skipped',
    detail: `${location}: ${failure.message}`,
  }));
}
