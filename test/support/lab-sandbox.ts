/** How steps are kept apart on this machine: what all tests that build ask, answered once for a whole run of `npm test`. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../../src/doctor.ts';
import { callerIdMap, type IdMap } from '../../src/execute/sandbox/id-map.ts';
import type { SandboxKind } from '../../src/execute/sandbox/sandbox.ts';
import { root } from './lab.ts';

/** Kept between runs: unpacked environments are shared by their identity. */
export const cache: string = join(root, '.cache/wolfi-repro');

const { uid, gid, username } = userInfo();
export const ids: IdMap = callerIdMap({ uid, gid, name: username });

/** The variable by which `npm test` hands the answer to each file; the program reads those that begin with its own name. */
export const sandboxVariable = 'LAB_SANDBOX';

/** Without namespaces only root can run steps, in a change of root; undefined where they cannot be run. */
export async function usableSandbox(): Promise<SandboxKind | undefined> {
  const missing = (await diagnose(cache, ids)).filter(({ state }) => state === 'missing');
  if (missing.length === 0) return 'bubblewrap';
  return process.platform === 'linux' && uid === 0 ? 'chroot' : undefined;
}

export async function knownSandbox(): Promise<SandboxKind | undefined> {
  const known = process.env[sandboxVariable];
  if (known === 'bubblewrap' || known === 'chroot') return known;
  return known === 'none' ? undefined : usableSandbox();
}
