/**
 * Ids of a user namespace. Inside, id 0 is the caller, or for root an id that nobody has; the others are subordinate ids where the
 * machine grants them (user_namespaces(7), subuid(5)), so that steps can give files to other owners.
 */
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { Failure } from '../../failure.ts';
import { runShortly } from '../../process.ts';
import { type IdRange, mayLend, rootsRange } from './lent-ids.ts';
import type { IdMapping } from './sandbox.ts';

export interface IdMap {
  readonly kind: IdMapping;
  /** The ids of the machine that are 0 inside. */
  readonly uid: number;
  readonly gid: number;
  /** The ids of the machine that are 1 and above inside. */
  readonly uids: IdRange | undefined;
  readonly gids: IdRange | undefined;
  /** Whether root lends ids that nobody has: what a build reaches must then be given to them. */
  readonly lent: boolean;
}

/** The highest id that is mapped: `/etc/passwd` of a build environment names no higher one. */
const highestMapped = 65534;

/** The ids that the caller may map: free ids for root, subordinate ids where they are granted, else only its own. */
export function callerIdMap(caller: { uid: number; gid: number; name: string }): IdMap {
  if (caller.uid === 0) return rootIdMap(caller.gid);
  const uids = subordinateRange('/etc/subuid', caller);
  const gids = subordinateRange('/etc/subgid', caller);
  if (uids === undefined || gids === undefined || !hasMapPrograms()) return singleIdMap(caller);
  return { kind: 'range', uid: caller.uid, gid: caller.gid, uids, gids, lent: false };
}

/** The map for root. Root itself is mapped only where a container leaves it too few ids, or too few capabilities to lend them. */
function rootIdMap(gid: number): IdMap {
  const lent = mayLend() ? rootsRange(highestMapped + 1) : undefined;
  if (lent !== undefined) {
    const others = { first: lent.first + 1, count: highestMapped };
    return { kind: 'range', uid: lent.first, gid: lent.first, uids: others, gids: others, lent: true };
  }
  const own = rootsRange(highestMapped);
  if (own === undefined) return singleIdMap({ uid: 0, gid });
  return { kind: 'range', uid: 0, gid, uids: own, gids: own, lent: false };
}

/** The map with the caller as id 0, for a program that must reach what the caller reaches. */
export function withCaller(map: IdMap): IdMap {
  return map.lent ? { ...map, uid: 0, gid: 0, lent: false } : map;
}

/** The map of only the caller, as id 0. */
export function singleIdMap({ uid, gid }: { uid: number; gid: number }): IdMap {
  return { kind: 'single', uid, gid, uids: undefined, gids: undefined, lent: false };
}

function subordinateRange(file: string, caller: { uid: number; name: string }): IdRange | undefined {
  for (const line of readLines(file)) {
    const [owner, first, count] = line.split(':');
    if (owner !== caller.name && owner !== String(caller.uid)) continue;
    if (Number(count) >= highestMapped) return { first: Number(first), count: highestMapped };
  }
  return undefined;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function hasMapPrograms(): boolean {
  return ['/usr/bin/newuidmap', '/usr/bin/newgidmap'].every((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Refuses a map whose id 0 is the machine's root: services that know their callers by their ids (unix(7), SO_PEERCRED) would take a step for the
 * machine's root. Fails with `sandbox-unavailable`.
 */
export function requireNobody({ uid }: IdMap): void {
  const isMachines = /^\s*0\s+0\s/.test(readLines('/proc/self/uid_map')[0] ?? '');
  if (uid !== 0 || !isMachines) return;
  throw new Failure(
    'sandbox-unavailable',
    'the machine’s network is not given to steps that run as its root, and root lacks the capabilities to lend other ids',
    { hint: 'run wolfi-repro as an ordinary user' },
  );
}

/**
 * Gives a process that waits in a fresh user namespace its ids. Fails with `ids-unavailable` where the machine names subordinate
 * ids and then refuses them.
 */
export async function writeIdMap(pid: number, map: IdMap): Promise<void> {
  const { kind, uid, gid, uids, gids, lent } = map;
  if (kind === 'range' && uid !== 0 && !lent) {
    await grant('newuidmap', pid, uid, uids!);
    await grant('newgidmap', pid, gid, gids!);
    return;
  }
  if (kind === 'single') writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  const lines = (own: number, range: IdRange | undefined) =>
    `0 ${own} 1\n${range === undefined ? '' : `1 ${range.first} ${range.count}\n`}`;
  writeFileSync(`/proc/${pid}/uid_map`, lines(uid, uids));
  writeFileSync(`/proc/${pid}/gid_map`, lines(gid, gids));
}

async function grant(program: string, pid: number, own: number, range: IdRange): Promise<void> {
  const ids = ['0', String(own), '1', '1', String(range.first), String(range.count)];
  const result = await runShortly(`/usr/bin/${program}`, [String(pid), ...ids], { env: {} });
  if (result.exitCode !== 0) {
    throw new Failure('ids-unavailable', `${program} refused the subordinate ids`, { got: result.output });
  }
}
