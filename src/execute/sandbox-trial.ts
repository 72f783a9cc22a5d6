/** Whether steps can be run on this machine, found out by starting a sandbox with nothing in it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { requireProgram } from '../process.ts';
import { ownInput } from '../program-input.ts';
import { ownProcessor } from './processor/processor.ts';
import { makeRunDirectory, removeTree } from './run-directory.ts';
import { openBubblewrap } from './sandbox/bubblewrap.ts';
import type { IdMap } from './sandbox/id-map.ts';
import { hostProgram, lend } from './sandbox/reach.ts';
import { defaultBuildLimits, type SandboxKind } from './sandbox/sandbox.ts';

/** Programs of the machine that a rebuild runs, and the Debian package of each. */
export const programsOfBuilds: readonly (readonly [name: string, debian: string])[] = [
  ['bwrap', 'bubblewrap'],
  ['unshare', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['prlimit', 'util-linux'],
  ['mount', 'mount'],
  ['tar', 'tar'],
  ['du', 'coreutils'],
];

export interface TrialPlace {
  /** Gives a folder for the trial. */
  readonly runs: () => string;
  readonly ids: IdMap;
  readonly signal: AbortSignal;
}

/** Fails with `sandbox-unavailable` where no step could be begun here; takes about a tenth of a second. */
export async function requireSandbox(kind: SandboxKind, { runs, ids, signal }: TrialPlace): Promise<void> {
  if (kind === 'chroot') return hostProgram(['chroot', '/', '/bin/true'], signal);
  for (const [name] of programsOfBuilds) requireProgram(name);
  const directory = await makeRunDirectory(runs());
  try {
    await tryBubblewrap(directory, ids, signal);
  } finally {
    await removeTree(directory, ids);
  }
}

/**
 * Starts a sandbox around an empty guest. Fails as it does, but not because there is nothing to run in it.
 * @param directory an existing folder for it, in which nothing has one of its names
 */
export async function tryBubblewrap(directory: string, ids: IdMap, signal: AbortSignal): Promise<void> {
  const environment = join(directory, 'guest');
  const [workspace, build] = ['workspace', 'build'].map((name) => join(directory, name)) as [string, string];
  for (const path of [environment, workspace, build]) mkdirSync(path);
  await lend(ids, [environment]);
  try {
    const sandbox = await openBubblewrap({
      environment,
      directory: build,
      workspace,
      mounts: [],
      capabilities: { add: [], drop: [] },
      user: { uid: 0, gid: 0 },
      ids,
      processor: ownProcessor,
      limits: defaultBuildLimits,
      signal,
    });
    await sandbox.run({ ...ownInput(['/nothing']), onOutput: () => undefined });
  } catch (failure) {
    // bubblewrap got as far as looking for the program.
    if (failure instanceof Failure && failure.code === 'environment-invalid') return;
    throw failure;
  }
}
