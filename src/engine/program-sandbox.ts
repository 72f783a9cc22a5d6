/** A sandbox for one program of this machine that reads what somebody else's recipe or file made: without network, under a build's bounds. */
import { chmodSync, constants, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownProcessor } from '../execute/processor/processor.ts';
import { openBubblewrap } from '../execute/sandbox/bubblewrap.ts';
import { grantedCapabilities } from '../execute/sandbox/bubblewrap-arguments.ts';
import { openChroot } from '../execute/sandbox/chroot.ts';
import { lend } from '../execute/sandbox/reach.ts';
import type { BuildLimits, Mount, Sandbox } from '../execute/sandbox/sandbox.ts';
import type { Machine } from './engine.ts';
import { programsGuest } from './host-guest.ts';

export interface ProgramSandbox {
  /** A folder to work in; what is in it is lent to the ids of the sandbox. */
  readonly directory: string;
  /** Path of the program. */
  readonly program: string;
  /** Where the program lies in the sandbox. */
  readonly target: string;
  /** What else of this machine the program sees. */
  readonly mounts: readonly Mount[];
  /** Bounds where those of a build are wider. */
  readonly most: Pick<BuildLimits, 'stepSeconds' | 'fileBytes' | 'diskBytes'>;
  readonly machine: Pick<Machine, 'sandbox' | 'ids' | 'limits' | 'signal'>;
}

/** Opens it. All that the program can write to is the sandbox's workspace. Fails as the sandbox does. */
export async function openProgramSandbox(asked: ProgramSandbox): Promise<Sandbox> {
  const { directory, program, target, mounts, most, machine } = asked;
  const inside = join(directory, 'sandbox');
  const workspace = join(directory, 'workspace');
  mkdirSync(inside);
  mkdirSync(workspace);
  // The ids of the sandbox may not be able to reach the folder in which the program lies.
  const copy = join(directory, 'program');
  copyFileSync(program, copy, constants.COPYFILE_FICLONE);
  chmodSync(copy, 0o555);
  const own: Mount[] = [...mounts, { source: copy, target, writable: false }];
  const limits = {
    ...machine.limits.native,
    stepSeconds: Math.min(machine.limits.native.stepSeconds, most.stepSeconds),
    fileBytes: Math.min(machine.limits.native.fileBytes, most.fileBytes),
    diskBytes: Math.min(machine.limits.native.diskBytes, most.diskBytes),
  };
  const common = { directory: inside, workspace, limits, signal: machine.signal, processor: ownProcessor };
  switch (machine.sandbox) {
    case 'chroot': {
      // The machine's libraries would have to be copied: only a program that needs none of them can run here.
      const environment = join(directory, 'empty');
      mkdirSync(environment);
      return openChroot({ ...common, environment, mounts: own });
    }
    case 'bubblewrap': {
      const guest = programsGuest(directory);
      await lend(machine.ids, [directory]);
      return openBubblewrap({
        ...common,
        environment: guest.root,
        mounts: [...guest.mounts, ...own],
        capabilities: { add: [], drop: grantedCapabilities },
        user: { uid: 0, gid: 0 },
        ids: machine.ids,
      });
    }
  }
}
