/** The machine itself as the build environment: a substitute, for recipes that need little more than a shell. */
import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../claim/recipe/recipe.ts';
import type { Mount } from '../execute/sandbox/sandbox.ts';
import type { Format } from '../melange/format.ts';

export interface Guest {
  readonly root: string;
  readonly mounts: readonly Mount[];
}

const programFolders = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
/** The settings that the loader and programs with alternatives read; nothing of /etc that belongs to a person. */
const settings = ['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d'];

/** Lays a guest out below `directory` that sees the machine's programs read-only, and none of its files. */
export function hostGuest(directory: string, recipe: Recipe, format: Format): Guest {
  const guest = programsGuest(directory);
  writeAccounts(guest.root, recipe);
  // Steps since v0.46.0 begin with `set -eo pipefail`, which Debian's /bin/sh does not know.
  if (!format.wrapper.line.includes('pipefail') || !existsSync('/usr/bin/bash')) return guest;
  const shell: Mount = { source: '/usr/bin/bash', target: '/usr/bin/sh', writable: false };
  return { ...guest, mounts: [...guest.mounts, shell] };
}

/** The same without accounts, for a program of the machine that reads none. */
export function programsGuest(directory: string): Guest {
  const root = join(directory, 'host-root');
  for (const path of [
    '',
    'etc',
    'usr',
    'tmp',
    'var/tmp',
    'var/cache',
    'root',
    'home/build',
    'dev',
    'proc',
    'sys',
  ]) {
    mkdirSync(join(root, path), { recursive: true });
  }
  const mounts: Mount[] = [{ source: '/usr', target: '/usr', writable: false }];
  for (const name of programFolders) {
    const stat = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) symlinkSync(readlinkSync(`/${name}`), join(root, name));
    else if (stat?.isDirectory() === true)
      mounts.push({ source: `/${name}`, target: `/${name}`, writable: false });
  }
  for (const name of settings) {
    if (existsSync(`/etc/${name}`))
      mounts.push({ source: `/etc/${name}`, target: `/etc/${name}`, writable: false });
  }
  return { root, mounts };
}

function writeAccounts(root: string, recipe: Recipe): void {
  const { users, groups } = recipe.environment.accounts;
  const passwd = users.map(
    ({ username, uid, gid }) => `${username}:x:${uid}:${gid ?? uid}::/home/${username}:/bin/sh\n`,
  );
  const group = groups.map(({ groupname, gid, members }) => `${groupname}:x:${gid}:${members.join(',')}\n`);
  writeFileSync(join(root, 'etc/passwd'), `root:x:0:0:root:/root:/bin/sh\n${passwd.join('')}`);
  writeFileSync(join(root, 'etc/group'), `root:x:0:\n${group.join('')}`);
}
