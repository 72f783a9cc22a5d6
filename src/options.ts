/** What a run is told: by the command line, or by a program that uses the library. */
import type { Limits } from './apk/limits.ts';
import type { PublicKey } from './apk/signature.ts';
import type { Engine, Machine } from './engine/engine.ts';
import type { SourceMirror } from './inputs/sources.ts';

export type EnvironmentChoice =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'host' }
  | { readonly kind: 'directory'; readonly path: string };

export interface RunOptions {
  readonly keys: readonly PublicKey[];
  /** Accept packages and indexes that no given key vouches for. */
  readonly allowUnsigned: boolean;
  /** Folders or addresses with `<arch>/APKINDEX.tar.gz`; the first that has a package wins. */
  readonly repositories: readonly string[];
  readonly environment: EnvironmentChoice;
  readonly sourceCaches: readonly string[];
  readonly sourceMirrors: readonly SourceMirror[];
  /** What lay beside the recipe when it was built. */
  readonly sourceDirectory: string | undefined;
  /** Builds at once. */
  readonly jobs: number;
  readonly limits?: Limits;
  readonly machine: Machine;
  /** What rebuilds; the builtin engine where undefined. */
  readonly engine?: Engine;
  readonly onProgress: (event: ProgressEvent) => void;
}

/** What happens, for whoever watches; nothing depends on it. */
export type ProgressEvent =
  | { readonly kind: 'stage'; readonly subject: string; readonly stage: Stage }
  | { readonly kind: 'step'; readonly subject: string; readonly position: string; readonly label: string }
  | {
      readonly kind: 'output';
      readonly subject: string;
      readonly position: string;
      readonly bytes: Uint8Array;
    };

export type Stage = 'read' | 'plan' | 'rebuild' | 'compare';
