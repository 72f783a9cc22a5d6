/** What apko adds to the packages of a guest: accounts, its database, links of busybox (docs/melange/environment.md#the-guest). */
import { q1 } from '../../apk/checksum.ts';
import { pkgInfoValue, pkgInfoValues } from '../../apk/pkginfo.ts';
import { compareBytes, encodeBytes } from '../../bytes.ts';
import type { Account, Group } from '../../claim/recipe/recipe.ts';
import type { Format } from '../../melange/format.ts';
import type { Guest, InstalledPackage } from './unpack.ts';
import { makeGuestDirectory, makeGuestLink, ofEnvironment, writeGuestFile } from './unpack.ts';

export interface LayoutInput {
  readonly arch: string;
  /** The lock, `name=version`. */
  readonly world: readonly string[];
  readonly repositories: readonly string[];
  readonly users: readonly Account[];
  readonly groups: readonly Group[];
  /** `usr/lib/apk/db` since melange v0.23.15, `lib/apk/db` before. */
  readonly database: string;
  /** Which entries of packages reach the disk. */
  readonly entries: Format['guestEntries'];
}

/** Reads a file of the guest by its path inside; undefined where there is none. */
export type ReadGuest = (path: string) => string | undefined;

/** Completes an unpacked guest. Fails with `environment-invalid` for accounts and paths that cannot exist in it. */
export function layOut(root: string, guest: Guest, input: LayoutInput, read: ReadGuest): void {
  try {
    addLayout(root, guest, input, read);
  } catch (failure) {
    throw ofEnvironment(failure);
  }
}

function addLayout(root: string, guest: Guest, input: LayoutInput, read: ReadGuest): void {
  const write = (path: string, text: string, mode = 0o644) =>
    writeGuestFile(root, guest.tree, path, encodeBytes(text), mode);
  const lines = (values: readonly string[]) => values.map((value) => `${value}\n`).join('');
  for (const path of ['etc/apk', 'etc/apk/keys', `${input.database}`, 'var/cache/apk', 'var/cache/misc']) {
    makeGuestDirectory(root, guest.tree, path, 0o755);
  }
  write('etc/apk/arch', `${input.arch}\n`);
  write('etc/apk/world', lines([...input.world].sort(compareBytes)));
  write('etc/apk/repositories', lines([...input.repositories].sort(compareBytes)));
  write(`${input.database}/lock`, '', 0o600);
  write(`${input.database}/triggers`, '');
  write(`${input.database}/installed`, installedDatabase(guest));
  addAccounts(root, guest, input, read, write);
  linkBusybox(root, guest, read);
}

type Accounts = Pick<LayoutInput, 'users' | 'groups'>;

function accountLine({ username, uid, gid, shell, homedir }: Account): string {
  return `${username}:x:${uid}:${gid ?? uid}:Account created by apko:${homedir === '' ? `/home/${username}` : homedir}:${shell === '' ? '/bin/sh' : shell}\n`;
}

function groupLine({ groupname, gid, members }: Group): string {
  return `${groupname}:x:${gid}:${members.join(',')}\n`;
}

/** Adds accounts to a guest that apko did not lay out, where it has no account of that name. */
export function addMissingAccounts(
  { users, groups }: Accounts,
  read: ReadGuest,
  write: (path: string, text: string) => void,
): void {
  const add = (path: string, lines: readonly string[]) => {
    const present = read(path) ?? '';
    const names = new Set(present.split('\n').map((line) => line.split(':', 1)[0]));
    const missing = lines.filter((line) => !names.has(line.split(':', 1)[0]));
    const end = present === '' || present.endsWith('\n') ? '' : '\n';
    if (missing.length > 0) write(path, present + end + missing.join(''));
  };
  add('etc/passwd', users.map(accountLine));
  add('etc/group', groups.map(groupLine));
}

function addAccounts(
  root: string,
  guest: Guest,
  { users, groups }: Accounts,
  read: ReadGuest,
  write: (path: string, text: string) => void,
): void {
  const passwd = users.map(accountLine);
  const group = groups.map(groupLine);
  const all = (read('etc/passwd') ?? '') + passwd.join('');
  write('etc/passwd', all);
  write('etc/group', (read('etc/group') ?? '') + group.join(''));
  for (const line of all.split('\n')) {
    const home = line.split(':')[5];
    if (home === undefined || !home.startsWith('/') || home === '/' || home === '/dev/null') continue;
    if (guest.tree.get(guest.tree.resolve(home)) === undefined)
      makeGuestDirectory(root, guest.tree, home, 0o700);
  }
}

function linkBusybox(root: string, guest: Guest, read: ReadGuest): void {
  if (guest.tree.get(guest.tree.resolve('bin/busybox')) === undefined) return;
  const lists = [...guest.tree.entries()]
    .map(([path]) => path)
    .filter((path) => /^etc\/busybox-paths\.d\/[^/]+$/.test(path));
  for (const list of lists.sort(compareBytes)) {
    for (const path of (read(list) ?? '').split('\n')) {
      if (path.startsWith('/')) makeGuestLink(root, guest.tree, path.slice(1), '/bin/busybox');
    }
  }
}

/** The `installed` file of apk-tools 2: one record for each package, files before directories (apk-package(5)). */
function installedDatabase(guest: Guest): string {
  const filesOf = guest.installed.map(() => [] as string[]);
  for (const [path, node] of guest.tree.entries()) filesOf[node.owner]?.push(path);
  return guest.installed.map((each, index) => `${record(each, filesOf[index]!, guest)}\n`).join('');
}

function record(
  { pkginfo, size, controlSha1, name, version, origin }: InstalledPackage,
  paths: string[],
  guest: Guest,
): string {
  const value = (key: string) => pkgInfoValue(pkginfo, key) ?? '';
  const list = (key: string) => pkgInfoValues(pkginfo, key).join(' ');
  const replaces = list('replaces');
  const head = [
    `P:${name}`,
    `V:${version}`,
    `A:${value('arch')}`,
    `L:${value('license')}`,
    `T:${value('pkgdesc')}`,
    `o:${origin}`,
    `m:${value('maintainer')}`,
    `U:${value('url')}`,
    `D:${list('depend')}`,
    `p:${list('provides')}`,
    ...(replaces === '' ? [] : [`r:${replaces}`]),
    `c:${value('commit')}`,
    'i:[]',
    `t:${value('builddate')}`,
    `S:${size}`,
    `I:${value('size')}`,
    `k:${value('provider_priority')}`,
    `C:${q1(controlSha1)}`,
  ];
  return `${[...head, ...fileLines(paths, guest)].join('\n')}\n`;
}

function fileLines(paths: string[], guest: Guest): string[] {
  const directories = new Map<string, string[]>();
  const filesIn = (path: string) => {
    const files = directories.get(path) ?? [];
    directories.set(path, files);
    return files;
  };
  for (const path of paths.sort(compareBytes)) {
    const node = guest.tree.get(path)!;
    const cut = path.lastIndexOf('/');
    const parent = cut < 0 ? '' : path.slice(0, cut);
    if (node.type === 'directory') filesIn(path);
    else filesIn(parent).push(path);
  }
  const sorted = [...directories].sort(([a], [b]) => compareBytes(a, b));
  return sorted.flatMap(([directory, files]) => [
    `F:${directory}`,
    ...ownMode('M', guest.tree.get(directory)?.mode, 0o755),
    ...files.flatMap((path) => {
      const node = guest.tree.get(path)!;
      const mode = node.type === 'symlink' ? [] : ownMode('a', node.mode, 0o644);
      const checksum = Buffer.from(node.checksum, 'hex').toString('base64');
      return [`R:${path.slice(path.lastIndexOf('/') + 1)}`, ...mode, `Z:Q1${checksum}`];
    }),
  ]);
}

function ownMode(letter: string, mode: number | undefined, usual: number): string[] {
  return mode === undefined || mode === usual ? [] : [`${letter}:0:0:${mode.toString(8)}`];
}
