/** What a place to run steps in must offer; one file a kind beside this one. */
import type { ProcessEnd } from '../../process.ts';

export type SandboxKind = 'bubblewrap' | 'chroot';

/** Bounds on one build. */
export interface BuildLimits {
  /** Seconds of wall time of one step. */
  readonly stepSeconds: number;
  /** Seconds of processor time of one process. */
  readonly processSeconds: number;
  /** Bytes of memory resident in all processes together. */
  readonly memoryBytes: number;
  readonly processes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes that the build may take on disk. */
  readonly diskBytes: number;
  /** Bytes of output of one step that are looked at; the rest is dropped. */
  readonly logBytes: number;
}

const gibibyte = 1024 ** 3;

export const defaultBuildLimits: BuildLimits = {
  stepSeconds: 4 * 3600,
  processSeconds: 4 * 3600,
  memoryBytes: 16 * gibibyte,
  processes: 4096,
  fileBytes: 16 * gibibyte,
  diskBytes: 64 * gibibyte,
  logBytes: 256 * 1024 ** 2,
};

/** Which bound a step ran into. */
export type ExceededLimit = 'time' | 'memory' | 'processes' | 'disk';

export interface SandboxCommand {
  readonly argv: readonly string[];
  /** The whole environment inside. */
  readonly env: ReadonlyMap<string, string>;
  readonly onOutput: (bytes: Uint8Array) => void;
}

export interface SandboxEnd extends ProcessEnd {
  readonly exceeded: ExceededLimit | undefined;
}

/** How ids inside map to the machine's. */
export type IdMapping = 'single' | 'range' | 'machine';

export interface Sandbox {
  readonly kind: SandboxKind;
  readonly ids: IdMapping;
  /** Where the workspace lies on this machine. */
  readonly workspace: string;
  /** What this kind does not keep apart, in words for the report; empty for a full sandbox. */
  readonly caveats: readonly string[];
  /** Runs a program in the guest; all its descendants are gone when this returns. */
  run(command: SandboxCommand): Promise<SandboxEnd>;
  /**
   * Writes paths of the workspace as a tar stream, with the ids that the guest sees. The program that does it is
   * the machine's own tar; symbolic links are archived, never followed.
   */
  archive(paths: readonly string[], onBytes: (bytes: Uint8Array) => void): Promise<void>;
}
