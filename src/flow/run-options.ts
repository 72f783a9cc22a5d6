/** The options of a run, given by the command line or by a program that uses the library. */
import type { PublicKey } from '../apk/apk-signature.ts';
import type { Sha256 } from '../digest.ts';
import type { Engine, Machine } from '../engine/engine.ts';
import type { Factor } from '../explain/factors.ts';
import type { SourceMirror } from '../inputs/network/mirrors.ts';
import type { Architecture, PackageName } from '../names.ts';
import type { PackageResult, TakenPackage } from '../verdict/result.ts';

export type EnvironmentChoice =
  | { readonly kind: 'recorded' }
  /** Recorded packages that are gone are replaced by the nearest version. */
  | { readonly kind: 'nearest' }
  | { readonly kind: 'host' }
  | { readonly kind: 'directory'; readonly path: string }
  /** An OCI image layout: a folder, or a tar archive of one. */
  | { readonly kind: 'image'; readonly path: string };

/**
 * `none`: what a known transcript holds. `gateway`: the same, and where none is known one is recorded. `record`: one is recorded. `host`: the
 * machine's network, without a record.
 */
export const networkPermissions = ['none', 'gateway', 'record', 'host'] as const;

export type NetworkPermission = (typeof networkPermissions)[number];

export interface RunOptions {
  readonly keys: readonly PublicKey[];
  /** Accept packages and indexes that no given key vouches for. */
  readonly allowUnsigned: boolean;
  /** Addresses of further keys. */
  readonly keyAddresses?: readonly string[];
  /** The architecture of packages that are asked for by name; `x86_64` where undefined. */
  readonly architecture?: Architecture;
  /** Repositories for packages of the environment that the others lack. */
  readonly fallbackRepositories?: readonly string[];
  /** Ask the repositories that a recipe records, with the keys that it records. */
  readonly trustRecordedRepositories?: boolean;
  /** Accept sources that a recipe names without a digest or a commit. */
  readonly allowUnpinnedSources?: boolean;
  /** A git repository of recipes: a folder or an address. */
  readonly recipeRepository?: string;
  /** The time now in seconds since 1970; the age of indexes is judged only where it is given. */
  readonly now?: number;
  /** Warn of an index whose newest build is older than this number of days. */
  readonly mostIndexDays?: number;
  /** What the steps of a build may reach of the network; `none` where undefined. */
  readonly network?: NetworkPermission;
  /** What registries list is recorded as of then, in seconds since 1970 or when the package was built; as it is now where undefined. */
  readonly registriesAsOf?: number | 'builddate';
  /** A file for the transcript of a build: it is replayed where it is there, else written where one is recorded. */
  readonly transcript?: string;
  /** Files with further transcripts of the build: where it differs, it is built with their answers as well. */
  readonly otherTranscripts?: readonly string[];
  /** Folders or addresses with `<arch>/APKINDEX.tar.gz`; the first that has a package wins. */
  readonly repositories: readonly string[];
  readonly environment: EnvironmentChoice;
  readonly sourceCaches: readonly string[];
  readonly sourceMirrors: readonly SourceMirror[];
  /** Folder with the files that lay beside the recipe when it was built. */
  readonly sourceDirectory: string | undefined;
  /** Scans that were made elsewhere, as `--keep-scans` wrote them. */
  readonly scans?: readonly ScanFile[];
  /** A folder for what each syft lists of what was built. */
  readonly keepScansIn?: string;
  /** Identity of the plan that a bundle was made for; any other is `bundle-invalid`. */
  readonly expectedPlan?: Sha256;
  /** Builds of our own of each package, the first included; 1 where undefined. */
  readonly repeat?: number;
  /** The factors that are changed in further builds, one at a time; `auto` takes those that the causes of differences suggest. */
  readonly vary?: readonly Factor[] | 'auto';
  /** The factors that are held, each in two further builds; `auto` chooses them. Undefined: chosen for what is unstable and has no name, where `repeat` asks for builds. */
  readonly pin?: readonly Factor[] | 'auto';
  /** Build twice with the changes to the recipe that causes suggest, to see whether the bytes are then stable. */
  readonly tryFix?: boolean;
  /** Builds at once. */
  readonly jobs: number;
  readonly machine: Machine;
  /** The engine that rebuilds; the builtin one where undefined. */
  readonly engine?: Engine;
  readonly onProgress: (event: ProgressEvent) => void;
  /** Is told of the result of each package as soon as it is known, with its place among the subjects. */
  readonly onResult?: (result: PackageResult, at: number) => void | Promise<void>;
}

/** A file with a scan, as it was read. */
export interface ScanFile {
  /** The name by which the user knows it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What happens in a run, for a watcher; no result depends on it. */
export type ProgressEvent =
  | {
      readonly kind: 'stage';
      readonly subject: string;
      readonly stage: Stage;
      /** The places among the subjects of the packages that it concerns: several share a build. */
      readonly places: readonly number[];
    }
  /** A build begins that is not the first of its packages. */
  | {
      readonly kind: 'build';
      readonly subject: string;
      /** Its number, from 1; the first build counts. */
      readonly number: number;
      /** The number of builds that there will be; undefined where what they show decides. */
      readonly of: number | undefined;
      /** What is different in it, in a word or two; empty where nothing is. */
      readonly what: string;
    }
  /** Packages of the environment of a build that are unpacked. */
  | { readonly kind: 'unpack'; readonly subject: string; readonly done: number; readonly of: number }
  /** What a name was taken for, as soon as that is known. */
  | { readonly kind: 'taken'; readonly subject: string; readonly taken: TakenPackage }
  /** What the user should know of this run and reports do not hold, since it depends on the time of day. */
  | { readonly kind: 'warning'; readonly text: string }
  /** An unexpected error, because of which the package gets no statement, with the place where it happened. */
  | { readonly kind: 'defect'; readonly subject: string; readonly thrown: unknown }
  /** A download under way; `total` is undefined where the server does not say. */
  | {
      readonly kind: 'transfer';
      readonly address: string;
      readonly bytes: number;
      readonly total: number | undefined;
      readonly bytesPerSecond: number;
    }
  /** The recipe that a package carries, as soon as it is read. */
  | { readonly kind: 'recipe'; readonly sha256: Sha256; readonly bytes: Uint8Array }
  | {
      readonly kind: 'step';
      readonly subject: string;
      /** The package whose step it is: the origin, or a subpackage. */
      readonly package: string;
      readonly position: string;
      readonly label: string;
    }
  | {
      readonly kind: 'output';
      readonly subject: PackageName;
      readonly position: string;
      readonly bytes: Uint8Array;
    };

/** `wait`: it is planned, and its build has not begun. */
export type Stage = 'read' | 'plan' | 'wait' | 'rebuild' | 'compare';
