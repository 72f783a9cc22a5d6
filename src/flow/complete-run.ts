/** From what the user gave to a complete run: defaults, keys behind addresses, Wolfi's own repository where it is implied. */
import { usualEngine } from '../engine/choice.ts';
import { Failure } from '../failure.ts';
import { type Architecture, parseArchitecture } from '../names.ts';
import { wolfi } from '../repository/known.ts';
import { fetchKey, wolfiKey } from './known-keys.ts';
import type { Places, Run } from './run.ts';
import type { RunOptions } from './run-options.ts';

const usualArchitecture: Architecture = parseArchitecture('x86_64')!;

/**
 * Adds what the options imply: keys behind addresses; Wolfi's own repository where packages are asked for by name and
 * nobody named another; and its key where it is used. Fails where a key is not to be had or is not the known one, and with `usage` for
 * options that contradict each other.
 * @param byName whether packages are asked for by name
 */
export async function completeRun(given: RunOptions, byName: boolean): Promise<Run> {
  const { machine } = given;
  const { inputs } = machine;
  if (given.network === true && inputs.network.policy.offline)
    throw new Failure('usage', '--network and --offline exclude each other', {
      hint: 'leave out --network or --offline',
    });
  const places = placesOf(given, byName);
  const addresses = (given.keyAddresses ?? []).map((address) => inputs.name(address));
  const fetched = await Promise.all(addresses.map((address) => fetchKey(address, inputs)));
  const known = places.repositories.includes(wolfi.location) ? [await wolfiKey(inputs)] : [];
  return {
    trust: { keys: [...given.keys, ...fetched, ...known], allowUnsigned: given.allowUnsigned },
    places,
    permissions: {
      network: given.network ?? false,
      recordedRepositories: given.trustRecordedRepositories ?? false,
      unpinnedSources: given.allowUnpinnedSources ?? false,
    },
    builds: {
      engine: given.engine ?? usualEngine,
      repeat: given.repeat ?? 1,
      vary: given.vary ?? [],
      expectedPlan: given.expectedPlan,
    },
    machine,
    watch: { onProgress: given.onProgress, now: given.now, mostIndexDays: given.mostIndexDays },
  };
}

/** No location of a run holds a user, a password or a query: the machine's inputs keep them. */
function placesOf(given: RunOptions, byName: boolean): Places {
  const name = (location: string) => given.machine.inputs.name(location);
  const { recipeRepository } = given;
  return {
    architecture: given.architecture ?? usualArchitecture,
    repositories: byName && given.repositories.length === 0 ? [wolfi.location] : given.repositories.map(name),
    fallbackRepositories: (given.fallbackRepositories ?? []).map(name),
    environment: given.environment,
    sourceCaches: given.sourceCaches,
    sourceMirrors: given.sourceMirrors.map((each) => ({ ...each, location: name(each.location) })),
    sourceDirectory: given.sourceDirectory,
    recipeRepository: recipeRepository === undefined ? undefined : name(recipeRepository),
  };
}
