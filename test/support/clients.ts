/** Clients of registries that judge what is said about what they fetched. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { skipUnless } from './lab.ts';

/** `false` where a client runs, or the reason for which `node:test` skips a test. */
export function clientMissing(program: string, versionArgument = '--version'): string | false {
  const { status } = spawnSync(program, [versionArgument], { cwd: tmpdir() });
  return skipUnless(status === 0, `${program} is not installed`);
}
