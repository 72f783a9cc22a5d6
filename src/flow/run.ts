/** A complete run: what the user gave, with every default filled in. Only `completeRun` makes one from what a user gave. */

import type { PublicKey } from '../apk/apk-signature.ts';
import type { Sha256 } from '../digest.ts';
import type { KeptScan } from '../emit/sbom/production/kept-scan.ts';
import type { Engine, Machine } from '../engine/engine.ts';
import type { Factor } from '../explain/factors.ts';
import type { Failure } from '../failure.ts';
import type { SourceMirror } from '../inputs/network/mirrors.ts';
import type { Architecture } from '../names.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { EnvironmentChoice, NetworkPermission, ProgressEvent } from './run-options.ts';

export interface Run {
  readonly trust: Trust;
  readonly places: Places;
  readonly permissions: Permissions;
  readonly builds: Builds;
  readonly machine: Machine;
  readonly watch: Watch;
}

/** What the user trusts. */
export interface Trust {
  /** All keys, including those behind addresses. */
  readonly keys: readonly PublicKey[];
  /** Accept packages and indexes that no key vouches for. */
  readonly allowUnsigned: boolean;
  /** Why keys that this program knows could not be had: they might vouch. */
  readonly missing: readonly Failure[];
}

/** The places where inputs are looked for. No location holds a user, a password or a query. */
export interface Places {
  /** The architecture of packages that are asked for by name. */
  readonly architecture: Architecture;
  readonly repositories: readonly string[];
  readonly fallbackRepositories: readonly string[];
  readonly environment: EnvironmentChoice;
  readonly sourceCaches: readonly string[];
  readonly sourceMirrors: readonly SourceMirror[];
  readonly sourceDirectory: string | undefined;
  readonly recipeRepository: string | undefined;
  /** Scans that were made elsewhere, of whatever packages. */
  readonly keptScans: readonly KeptScan[];
  /** A file for the transcript of a build: read where it is there, written where one is recorded. */
  readonly transcript: string | undefined;
  /** Further recordings, with whose answers a build that differs is compared. */
  readonly otherTranscripts: readonly Transcript[];
}

/** What the user allows beyond the usual. */
export interface Permissions {
  /** What steps may reach of the network, and how. */
  readonly network: NetworkPermission;
  /** The time as of which lists of registries are recorded; as they are now where undefined. */
  readonly registriesAsOf: number | 'builddate' | undefined;
  /** The repositories that a recipe records may be asked, with the keys that it records. */
  readonly recordedRepositories: boolean;
  /** Sources without a digest or a commit may be used. */
  readonly unpinnedSources: boolean;
}

export interface Builds {
  readonly engine: Engine;
  /** Builds of our own of each package, the first included. */
  readonly repeat: number;
  readonly vary: readonly Factor[] | 'auto';
  /** The factors that are held in pairs of further builds; `unnamed` chooses them for what no cause names. */
  readonly pin: readonly Factor[] | 'auto' | 'unnamed';
  /** Build twice with what can be done about the causes done. */
  readonly tryFix: boolean;
  /** Identity of the plan that must come out; undefined where any may. */
  readonly expectedPlan: Sha256 | undefined;
  /** A folder for what each syft lists of what was built; undefined where nothing is kept. */
  readonly keepScansIn: string | undefined;
}

export interface Watch {
  readonly onProgress: (event: ProgressEvent) => void;
  /** The time now in seconds since 1970; undefined where the age of indexes is not judged. */
  readonly now: number | undefined;
  readonly mostIndexDays: number | undefined;
}

/** Whether a failure of a further build ends the run, and is not only a result of that build. */
export function endsAll(failure: Failure, { machine }: Run): boolean {
  return machine.signal.aborted || failure.class === 'internal';
}
