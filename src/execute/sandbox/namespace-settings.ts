/** What forbids user namespaces on this machine, and what allows them. */
import { readFileSync } from 'node:fs';
import { newPrivilegesRemedy } from './new-privileges.ts';

/** Settings that forbid user namespaces, the value that does, and the one that does not. */
const namespaceSettings: readonly (readonly [name: string, forbids: string, allows: string])[] = [
  ['user.max_user_namespaces', '0', '65536'],
  ['user.max_mnt_namespaces', '0', '65536'],
  ['kernel.unprivileged_userns_clone', '0', '1'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
];

/** The command or setting that grants user namespaces. */
export function namespaceRemedy(): string {
  const forbidden = newPrivilegesRemedy();
  if (forbidden !== undefined) return forbidden;
  const forbidding = namespaceSettings.filter(([name, forbids]) => settingOf(name) === forbids);
  const commands = forbidding.map(([name, , allows]) => `sysctl -w ${name}=${allows}`);
  if (commands.length > 0) return `as root: ${commands.join('; ')}`;
  return 'in a container: a seccomp profile that allows them (docker run --security-opt seccomp=unconfined); or, as root and for a recipe that you trust, --sandbox chroot --trust-recipe';
}

function settingOf(name: string): string {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'latin1').trim();
  } catch {
    return '';
  }
}
