/** The interface of a sandbox, in which steps run; each kind has a file beside this one. */

import type { ExceededLimit } from '../../failure.ts';
import type { GuestNetwork } from '../../gateway/guest-network.ts';
import type { ProgramInput } from '../../program-input.ts';

export const sandboxKinds = ['bubblewrap', 'chroot'] as const;

export type SandboxKind = (typeof sandboxKinds)[number];

/** Whether steps get namespaces of their own. Where they do not, a hostile step can get out, and the host name is the machine's. */
export const hasNamespaces: Readonly<Record<SandboxKind, boolean>> = { bubblewrap: true, chroot: false };

/** What steps reach besides a loopback of their own: the machine's network, or one that ends in this process. */
export type SandboxNetwork = 'host' | GuestNetwork;

/** Bounds on one build. */
export interface BuildLimits {
  /** Seconds of wall time of one step. */
  readonly stepSeconds: number;
  /** Seconds of processor time of one process. */
  readonly processSeconds: number;
  /** Bytes of memory of all processes of one step together. */
  readonly memoryBytes: number;
  /** Processes and threads of one step together. */
  readonly processes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes that all steps together may leave or hold on disk. */
  readonly diskBytes: number;
  /** Bytes of output of one step that are handed on; of what exceeds them, only the end is kept. */
  readonly logBytes: number;
}

const gibibyte = 1024 ** 3;

/** What one build may use where nothing else is said. */
export const defaultBuildLimits: BuildLimits = {
  stepSeconds: 4 * 3600,
  processSeconds: 4 * 3600,
  memoryBytes: 16 * gibibyte,
  processes: 4096,
  fileBytes: 16 * gibibyte,
  diskBytes: 64 * gibibyte,
  logBytes: 256 * 1024 ** 2,
};

/** What a limit is multiplied by under emulation: qemu took up to 28 times the processor time, and a second thread for each process. */
const emulationCosts: Partial<Record<keyof BuildLimits, number>> = {
  stepSeconds: 30,
  processSeconds: 30,
  processes: 2,
};

/** The limits of builds on the machine's own processor and of those under emulation. */
export interface MachineLimits {
  readonly native: BuildLimits;
  readonly emulated: BuildLimits;
}

/** What the user set holds as it is; the rest is the default, which is wider under emulation. */
export function completeLimits(given: Partial<BuildLimits>): MachineLimits {
  const wider = Object.fromEntries(
    Object.entries(emulationCosts).map(([name, cost]) => [
      name,
      defaultBuildLimits[name as keyof BuildLimits] * cost,
    ]),
  );
  return {
    native: { ...defaultBuildLimits, ...given },
    emulated: { ...defaultBuildLimits, ...wider, ...given },
  };
}

/** A program with its arguments and the whole environment inside. */
export interface SandboxCommand extends ProgramInput {
  readonly onOutput: (bytes: Uint8Array) => void;
}

export interface SandboxEnd {
  /** Exit status of the program, as a shell reports it; undefined where a bound was exceeded. */
  readonly exitCode: number | undefined;
  readonly exceeded: ExceededLimit | undefined;
  /**
   * Why the program was not begun, where what it was given, or what programs before it did to the guest, is the reason;
   * there is then no exit status.
   */
  readonly refused?: string;
}

/** How ids inside map to the machine's. */
export type IdMapping = 'single' | 'range' | 'machine';

/** A path of the machine that the guest sees. */
export interface Mount {
  readonly source: string;
  /** Absolute, without links among its parts. */
  readonly target: string;
  readonly writable: boolean;
}

export interface Sandbox {
  readonly kind: SandboxKind;
  readonly ids: IdMapping;
  /** Where the workspace lies on this machine. */
  readonly workspace: string;
  /** What this kind does not isolate, in words for the report; empty for a full sandbox. */
  readonly caveats: readonly string[];
  /**
   * Runs a program in the guest; all its descendants are gone when this returns. Fails with `sandbox-unavailable` or
   * `environment-invalid` where the first one could not be begun: that one must be given nothing that a recipe chose, so that its
   * failure says nothing about a recipe, and that of a later one says nothing about the machine (`refused`).
   */
  run(command: SandboxCommand): Promise<SandboxEnd>;
  /**
   * Makes a folder of the workspace and those above it, as the owner of everything in it. Fails with `output-missing` where a step put
   * something else in its place.
   */
  makeFolder(path: string): Promise<void>;
  /**
   * Writes paths of the workspace as a tar stream, with the ids that the guest sees. The program that does it is
   * the machine's own tar; symbolic links are archived, never followed.
   */
  archive(paths: readonly string[], onBytes: (bytes: Uint8Array) => void): Promise<void>;
}
