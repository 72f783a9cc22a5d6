/** Programs run as root and as ordinary users, with and without subordinate ids; nothing of the machine is changed for it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** An id that no package and no administrator gives away. */
const strangerId = 54_321;
const strangersFirstId = 700_000_000;

export interface Identity {
  readonly title: string;
  /** Id by which the files of a run belong to whoever it is. */
  readonly uid: number;
  readonly ids: 'range' | 'single';
  /** `false`, or why nobody can be it here. */
  readonly skip: string | false;
  /** What to put in front of a command line. */
  readonly prefix: readonly string[];
}

const isRoot = process.getuid?.() === 0;
const needsRoot = isRoot ? false : 'only root can be somebody else';

function stranger(prefix: readonly string[]): readonly string[] {
  const id = String(strangerId);
  return [...prefix, 'setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--'];
}

/** In a mount namespace of its own the stranger has a name and subordinate ids. */
function namedStranger(): readonly string[] {
  if (!isRoot) return [];
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-users-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const line = `stranger:x:${strangerId}:${strangerId}::/nonexistent:/bin/sh\n`;
  writeFileSync(join(folder, 'passwd'), readFileSync('/etc/passwd', 'utf8') + line);
  writeFileSync(join(folder, 'subid'), `stranger:${strangersFirstId}:65536\n`);
  const script = `mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/subid" /etc/subuid &&
mount --bind "$1/subid" /etc/subgid && shift && exec "$@"`;
  const apart = ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', script, 'sh', folder];
  return stranger(apart);
}

const hasMapPrograms =
  existsSync('/usr/bin/newuidmap') && existsSync('/etc/subuid') && existsSync('/etc/subgid');

export const identities: readonly Identity[] = [
  { title: 'as root', uid: 0, ids: 'range', skip: needsRoot, prefix: [] },
  {
    title: 'as an ordinary user',
    uid: isRoot ? strangerId : userInfo().uid,
    ids: 'single',
    skip: false,
    prefix: isRoot ? stranger([]) : [],
  },
  {
    title: 'as an ordinary user with subordinate ids',
    uid: strangerId,
    ids: 'range',
    skip: hasMapPrograms ? needsRoot : 'newuidmap is not installed',
    prefix: namedStranger(),
  },
];
