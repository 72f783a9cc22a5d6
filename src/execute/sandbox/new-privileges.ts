/** Whether this process, and all that it starts, may gain privileges by executing a program (prctl(2), PR_SET_NO_NEW_PRIVS). */
import { readFileSync } from 'node:fs';
import { Failure } from '../../failure.ts';

/** What allows it where something forbids it; undefined where nothing does. */
export function newPrivilegesRemedy(): string | undefined {
  const status = readFileSync('/proc/self/status', 'latin1');
  const isForbidden = /^NoNewPrivs:\s*1$/m.test(status);
  return isForbidden ? 'start the container or the service without no-new-privileges' : undefined;
}

/**
 * Fails with `sandbox-unavailable` where it may not: id 0 of a namespace has its capabilities only from the program that it executes once its ids are
 * written, so whether a step could be begun would be chance.
 */
export function requireNewPrivileges(): void {
  const hint = newPrivilegesRemedy();
  if (hint === undefined) return;
  const got = 'NoNewPrivs: 1 in /proc/self/status';
  throw new Failure('sandbox-unavailable', 'no sandbox can be set up under no_new_privs', { got, hint });
}
