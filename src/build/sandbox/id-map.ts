/**
 * Ids of a user namespace. Inside, id 0 is the caller; the others are subordinate ids where the machine grants
 * them (user_namespaces(7), subuid(5)), so that steps can give files to other owners.
 */
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { Failure } from '../../failure.ts';
import { runProcess } from '../../process.ts';
import type { IdMapping } from './sandbox.ts';

interface SubordinateRange {
  readonly first: number;
  readonly count: number;
}

export interface IdMap {
  readonly kind: IdMapping;
  readonly uid: number;
  readonly gid: number;
  readonly uids: SubordinateRange | undefined;
  readonly gids: SubordinateRange | undefined;
}

/** Ids 1 to this are mapped: all that `/etc/passwd` of a build environment names. */
const highestMapped = 65534;
/** Of the machine's ids, the first that root takes for id 1 inside. */
const firstForRoot = 100_001;

/** What the caller may map: free ids for root, subordinate ids where they are granted, else itself alone. */
export function callerIdMap(caller: { uid: number; gid: number; name: string }): IdMap {
  const { uid, gid } = caller;
  const uids = uid === 0 ? rangeOfRoot('/proc/self/uid_map') : subordinateRange('/etc/subuid', caller);
  const gids = uid === 0 ? rangeOfRoot('/proc/self/gid_map') : subordinateRange('/etc/subgid', caller);
  if (uids === undefined || gids === undefined || (uid !== 0 && !hasMapPrograms())) {
    return singleIdMap(caller);
  }
  return { kind: 'range', uid, gid, uids, gids };
}

/** The caller alone, as id 0. */
export function singleIdMap({ uid, gid }: { uid: number; gid: number }): IdMap {
  return { kind: 'single', uid, gid, uids: undefined, gids: undefined };
}

/** Root of a container has only the ids that its own map names: `inside outside count` a line (user_namespaces(7)). */
function rangeOfRoot(file: string): SubordinateRange | undefined {
  const extents = readLines(file).map((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return { first: first!, last: first! + count! - 1 };
  });
  const has = (first: number) =>
    extents.some((each) => each.first <= first && each.last >= first + highestMapped - 1);
  const first = [firstForRoot, 1].find(has);
  return first === undefined ? undefined : { first, count: highestMapped };
}

function subordinateRange(file: string, caller: { uid: number; name: string }): SubordinateRange | undefined {
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
 * Gives a process that waits in a fresh user namespace its ids. Fails with `ids-unavailable` where the machine names subordinate
 * ids and then refuses them.
 */
export async function writeIdMap(pid: number, map: IdMap): Promise<void> {
  const { kind, uid, gid, uids, gids } = map;
  if (kind === 'range' && uid !== 0) {
    await grant('newuidmap', pid, uid, uids!);
    await grant('newgidmap', pid, gid, gids!);
    return;
  }
  if (uid !== 0 || kind === 'single') writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  const lines = (own: number, range: SubordinateRange | undefined) =>
    `0 ${own} 1\n${range === undefined ? '' : `1 ${range.first} ${range.count}\n`}`;
  writeFileSync(`/proc/${pid}/uid_map`, lines(uid, uids));
  writeFileSync(`/proc/${pid}/gid_map`, lines(gid, gids));
}

async function grant(program: string, pid: number, own: number, range: SubordinateRange): Promise<void> {
  const ids = ['0', String(own), '1', '1', String(range.first), String(range.count)];
  const result = await runProcess(`/usr/bin/${program}`, [String(pid), ...ids], { env: {} });
  if (result.exitCode !== 0) {
    throw new Failure('ids-unavailable', `${program} refused the subordinate ids`, { got: result.output });
  }
}
