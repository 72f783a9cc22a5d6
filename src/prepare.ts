/** Packages of one build, planned together: inputs found and pinned once, one plan each. */
import { listSourceFiles } from './build/workspace.ts';
import type { Claim } from './claim/claim.ts';
import { formatOfTraits } from './claim/traits/traits.ts';
import { type Sha256, sha256 } from './digest.ts';
import { inferDeflate } from './emit/deflate-trait.ts';
import type { GuestRequest, RebuildRequest } from './engine/engine.ts';
import { Failure } from './failure.ts';
import { findSources } from './inputs/sources.ts';
import type { RunOptions } from './options.ts';
import { canonicalJson } from './plan/canonical.ts';
import { resolveEnvironment } from './plan/environment.ts';
import { makePlan, type Plan } from './plan/plan.ts';
import { plannedSources } from './plan/sources.ts';
import { openRepository, type Repository } from './repository/repository.ts';
import type { Target } from './target.ts';

/** Everything that a rebuild takes but the machine and who watches. */
export type Prepared = Omit<RebuildRequest, 'machine' | 'observer'>;

/** Packages whose build is the same: the same recipe under the same clock by the same builder. */
export function groupByBuild(targets: readonly Target[]): Target[][] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const key = buildKey(target.claim);
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  return [...groups.values()];
}

function buildKey({ recipeSha256, architecture, traits }: Claim): Sha256 {
  const { melange, clock, namespace } = traits;
  return sha256(
    Buffer.from(canonicalJson([recipeSha256, architecture, melange.version, clock ?? null, namespace])),
  );
}

/** Finds and pins the inputs of a build. Fails with the reason why they are not to be had. */
export async function prepare(
  targets: readonly Target[],
  repositories: readonly Repository[],
  options: RunOptions,
): Promise<Prepared> {
  const { claim } = targets[0]!;
  const { inputs } = options.machine;
  const format = formatOfTraits(claim.traits);
  const guest = await prepareGuest(claim, repositories, options);
  const sources = plannedSources(claim.recipe, format);
  const found = await findSources(
    sources,
    { caches: options.sourceCaches, mirrors: options.sourceMirrors },
    inputs,
  );
  const { sourceDirectory } = options;
  const files = sourceDirectory === undefined ? undefined : listSourceFiles(sourceDirectory);
  const environment =
    guest.kind === 'recorded'
      ? { kind: guest.kind, packages: guest.packages.map(({ locked }) => locked) }
      : { kind: guest.kind };
  const plans = targets.map(({ claim: own, apk }): Plan => {
    const deflate = inferDeflate(apk, formatOfTraits(own.traits).deflate);
    return makePlan(own, { deflate, environment, sources, recipeFiles: files ?? [] });
  });
  return {
    recipe: claim.recipe,
    plans,
    guest,
    sources: found,
    sourceFiles: files === undefined ? undefined : { directory: sourceDirectory!, files },
  };
}

async function prepareGuest(
  claim: Claim,
  repositories: readonly Repository[],
  { environment, allowUnsigned, machine }: RunOptions,
): Promise<GuestRequest> {
  if (environment.kind !== 'recorded') return environment;
  for (const { location, signature } of repositories) {
    if (signature.kind === 'valid' || allowUnsigned) continue;
    throw new Failure('environment-invalid', `no given key vouches for the index of ${location}`, {
      got: signature.kind === 'unknown-key' ? signature.keyName : signature.kind,
      hint: 'give the key with --key FILE, or accept it with --allow-unsigned',
    });
  }
  const hash = (location: string) => machine.inputs.hash(location);
  const packages = await resolveEnvironment(claim.recipe, claim.architecture, repositories, hash);
  return { kind: 'recorded', packages };
}

type RepositoryOptions = Pick<RunOptions, 'repositories' | 'keys' | 'machine'>;

/** Opens the given repositories, once for each architecture. */
export function repositoryOpener(
  options: RepositoryOptions,
): (arch: string) => Promise<readonly Repository[]> {
  const opened = new Map<string, Promise<readonly Repository[]>>();
  return (arch) => {
    const known = opened.get(arch);
    if (known !== undefined) return known;
    const opening = openAll(arch, options);
    opened.set(arch, opening);
    return opening;
  };
}

/** Architectures that apk knows; anything else in a package is no part of a location. */
const architectures = /^[a-z0-9_]{1,16}$/;

async function openAll(
  arch: string,
  { repositories, keys, machine }: RepositoryOptions,
): Promise<readonly Repository[]> {
  if (!architectures.test(arch)) return [];
  const read = (location: string) => machine.inputs.read(location);
  return Promise.all(repositories.map((location) => openRepository(location, arch, keys, read)));
}

/** How the environment was substituted, in words; undefined where it is the recorded one. */
export function substitution(guest: GuestRequest): string | undefined {
  switch (guest.kind) {
    case 'recorded':
      return undefined;
    case 'host':
      return 'the environment was this machine’s own programs';
    case 'directory':
      return 'the environment was a folder that the user named';
  }
}
