/** Completes a run from what the user gave: defaults, keys behind addresses, Wolfi's own repository where it is implied. */

import type { KeptScan } from '../emit/sbom/production/kept-scan.ts';
import { usualEngine } from '../engine/choice.ts';
import { Failure } from '../failure.ts';
import { missing } from '../named-path.ts';
import { type Architecture, parseArchitecture } from '../names.ts';
import { type KnownRepository, wolfi } from '../repository/known.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { namedTranscript } from './chosen-network.ts';
import { fetchKey, knownKey, wolfiKey } from './known-keys.ts';
import type { Places, Run } from './run.ts';
import type { RunOptions, ScanFile } from './run-options.ts';

const usualArchitecture: Architecture = parseArchitecture('x86_64')!;

/** How a package is asked for: by name; as a file whose signature names the key of a repository that this program knows, while the user named no key; as any other file. */
export type SubjectKind = 'name' | 'known-signer' | 'file';

/**
 * Adds what the options imply: keys behind addresses; Wolfi's own repository where packages are asked for by name and the
 * user named no repository; and its key where it is used, or where a package says that it signed it. Fails where a key cannot be had or is not the known one, and with `usage` for
 * options that contradict each other.
 * @param kind how the packages of the run are asked for
 */
export async function completeRun(
  given: RunOptions,
  kind: SubjectKind,
  repository: KnownRepository = wolfi,
): Promise<Run> {
  const { machine } = given;
  const { inputs } = machine;
  const { network = 'none' } = given;
  if (network !== 'none' && inputs.network.policy.offline)
    throw new Failure('usage', '--network and --offline exclude each other', {
      hint: 'leave out --network or --offline',
    });
  const places = placesOf(given, kind === 'name');
  const addresses = (given.keyAddresses ?? []).map((address) => inputs.name(address));
  const fetched = await Promise.all(addresses.map((address) => fetchKey(address, inputs)));
  const known = places.repositories.includes(repository.location) ? [await wolfiKey(inputs, repository)] : [];
  const signer =
    kind === 'known-signer' && known.length === 0 ? await knownKey(inputs, repository) : undefined;
  const isMissing = signer instanceof Failure;
  return {
    trust: {
      keys: [...given.keys, ...fetched, ...known, ...(signer === undefined || isMissing ? [] : [signer])],
      allowUnsigned: given.allowUnsigned,
      missing: isMissing ? [signer] : [],
    },
    places: { ...places, keptScans: await keptScans(given.scans ?? []) },
    permissions: {
      network,
      registriesAsOf: given.registriesAsOf,
      recordedRepositories: given.trustRecordedRepositories ?? false,
      unpinnedSources: given.allowUnpinnedSources ?? false,
    },
    builds: {
      engine: given.engine ?? usualEngine,
      repeat: given.repeat ?? 1,
      vary: given.vary ?? [],
      pin: given.pin ?? ((given.repeat ?? 1) > 1 ? 'unnamed' : []),
      tryFix: given.tryFix ?? false,
      expectedPlan: given.expectedPlan,
      keepScansIn: given.keepScansIn,
    },
    machine,
    watch: { onProgress: given.onProgress, now: given.now, mostIndexDays: given.mostIndexDays },
  };
}

/** The places of a run. No location holds a user, a password or a query: the machine's inputs keep these. */
function placesOf(given: RunOptions, byName: boolean): Omit<Places, 'keptScans'> {
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
    transcript: given.transcript,
    otherTranscripts: (given.otherTranscripts ?? []).map(otherTranscript),
  };
}

/** A transcript that is only compared with. Fails with `usage` where the file is not there, and with `transcript-invalid`. */
function otherTranscript(path: string): Transcript {
  const transcript = namedTranscript(path);
  if (transcript !== undefined) return transcript;
  throw missing(path, 'file');
}

/** Each once. Fails with `usage` where one is not what `--keep-scans` writes. */
async function keptScans(files: readonly ScanFile[]): Promise<readonly KeptScan[]> {
  if (files.length === 0) return [];
  const { parseKeptScan } = await import('../emit/sbom/production/kept-scan.ts');
  const scans = files.map(({ name, bytes }) => {
    const scan = parseKeptScan(bytes);
    if (scan !== undefined) return scan;
    throw new Failure('usage', `${name} is not a scan that was kept with --keep-scans`);
  });
  return [...new Map(scans.map((scan) => [scan.sha256, scan])).values()];
}
