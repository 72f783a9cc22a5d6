/** A deliberate change to one thing about the guest that is always the same in other builds, to see whether the bytes depend on it. */
import { Failure } from '../failure.ts';
import { type ProgramInput, programInput } from '../program-input.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

export interface Variation {
  /** Host name of the guest. */
  readonly hostname?: string;
  /** Programs of this machine that the sandbox is started through: each sets something and hands over. */
  readonly programs?: readonly (readonly string[])[];
  /** Permissions that new files do not get. */
  readonly umask?: number;
  /** Ids that steps see. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Additional variables; those that a recipe sets itself stay as they are. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Builds on a file system in memory, which lists folders in a different order. */
  readonly inMemory?: boolean;
}

/** Where a file system in memory is mounted (Linux, shm_overview(7)). */
export const memoryFolder = '/dev/shm';

/** The sandbox with the changes that are made inside it. */
export function variedSandbox(sandbox: Sandbox, variation: Variation): Sandbox {
  if (variation.environment === undefined && variation.umask === undefined) return sandbox;
  return {
    ...sandbox,
    run: (command) =>
      sandbox.run({
        ...command,
        ...variedInput(command, variation),
      }),
  };
}

/** The input of a program with what is added. Fails with `unsupported` where the recipe leaves no room for it. */
function variedInput({ argv, env }: ProgramInput, { environment, umask }: Variation): ProgramInput {
  const input = programInput(
    umask === undefined ? argv : withUmask(umask, argv),
    new Map([...(environment ?? []), ...env]),
  );
  if ('fault' in input)
    throw new Failure('unsupported', 'a step cannot be given more than it has', { got: input.fault });
  return input;
}

function withUmask(umask: number, argv: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', `umask ${umask.toString(8).padStart(4, '0')}; exec "$@"`, 'sh', ...argv];
}
