/** The builder's own ids: those that own the files to which no step gave an owner. */
import type { ApkEntry } from '../../apk/apk-entry.ts';
import type { OwnerHandling } from '../../melange/format.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The ids that machines give to people who log in: any other owner of a file was chosen by a step. */
const ordinaryUsers = { first: 500, last: 59_999 };

/**
 * Root, unless no file of the package belongs to root and all belong to one ordinary user: melange maps the build user
 * to root only where its id is 1000, so a build by a user with a different id leaves that id on every file (501:20 on a Mac).
 * @param isSbom recognises the one file that melange itself writes, always as root
 */
export function inferOwner(
  entries: readonly ApkEntry[],
  handling: OwnerHandling,
  isSbom: (entry: ApkEntry) => boolean,
): Owner {
  const root = { uid: 0, gid: 0 };
  if (handling === 'root') return root;
  const files = entries.filter((entry) => entry.type === '0' && !isSbom(entry));
  const first = files[0];
  if (first === undefined) return root;
  const alike = files.every(({ uid, gid }) => uid === first.uid && gid === first.gid);
  const ordinary = first.uid >= ordinaryUsers.first && first.uid <= ordinaryUsers.last;
  return alike && ordinary ? { uid: first.uid, gid: first.gid } : root;
}

/** Names of owner ids as the published entries carry them. */
export interface OwnerNames {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

interface Account {
  readonly id: number;
  readonly name: string;
}

/**
 * The names of ids that are credible: accounts of the recipe must be named as in the recipe, and id 0 must be named
 * `root`, or not at all in an environment without account files.
 */
export function credibleNames(
  names: ReadonlyMap<number, string>,
  accounts: readonly Account[],
): Map<number, string> {
  const root = names.get(0) === '' ? '' : 'root';
  return new Map([...names, ...accounts.map(({ id, name }) => [id, name] as const), [0, root]]);
}

/** The names as the published file records them; used only where the environment that would give the names is substituted. */
export function recordedNames(entries: readonly ApkEntry[]): OwnerNames {
  return {
    users: new Map(entries.map(({ uid, uname }) => [uid, uname])),
    groups: new Map(entries.map(({ gid, gname }) => [gid, gname])),
  };
}
