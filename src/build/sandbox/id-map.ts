/**
 * Ids of a user namespace. Inside, id 0 is the caller; the others are subordinate ids where the machine grants
 * them (user_namespaces(7), subuid(5)), so that steps can give files to other owners.
 */
import { readFileSync, writeFileSync } from 'node:fs';
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

/** What the caller may map: everything for root, subordinate ids where they are granted, else itself alone. */
export function callerIdMap(caller: { uid: number; gid: number; name: string }): IdMap {
  const { uid, gid } = caller;
  if (uid === 0) {
    const range = { first: 100_001, count: highestMapped };
    return { kind: 'range', uid, gid, uids: range, gids: range };
  }
  const uids = subordinateRange('/etc/subuid', caller);
  const gids = subordinateRange('/etc/subgid', caller);
  const granted = uids !== undefined && gids !== undefined && hasMapPrograms();
  if (!granted) return { kind: 'single', uid, gid, uids: undefined, gids: undefined };
  return { kind: 'range', uid, gid, uids, gids };
}

function subordinateRange(file: string, caller: { uid: number; name: string }): SubordinateRange | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  for (const line of text.split('\n')) {
    const [owner, first, count] = line.split(':');
    if (owner !== caller.name && owner !== String(caller.uid)) continue;
    if (Number(count) >= highestMapped) return { first: Number(first), count: highestMapped };
  }
  return undefined;
}

function hasMapPrograms(): boolean {
  return ['/usr/bin/newuidmap', '/usr/bin/newgidmap'].every((file) => {
    try {
      readFileSync(file, { flag: 'r' });
      return true;
    } catch {
      return false;
    }
  });
}

/** Gives a process that waits in a fresh user namespace its ids. */
export async function writeIdMap(pid: number, map: IdMap): Promise<void> {
  if (map.kind === 'single') {
    writeFileSync(`/proc/${pid}/setgroups`, 'deny');
    writeFileSync(`/proc/${pid}/uid_map`, `0 ${map.uid} 1\n`);
    writeFileSync(`/proc/${pid}/gid_map`, `0 ${map.gid} 1\n`);
    return;
  }
  const uids = map.uids!;
  const gids = map.gids!;
  if (map.uid === 0) {
    writeFileSync(`/proc/${pid}/uid_map`, `0 0 1\n1 ${uids.first} ${uids.count}\n`);
    writeFileSync(`/proc/${pid}/gid_map`, `0 0 1\n1 ${gids.first} ${gids.count}\n`);
    return;
  }
  await grant('newuidmap', pid, map.uid, uids);
  await grant('newgidmap', pid, map.gid, gids);
}

async function grant(program: string, pid: number, own: number, range: SubordinateRange): Promise<void> {
  const ids = ['0', String(own), '1', '1', String(range.first), String(range.count)];
  const result = await runProcess(`/usr/bin/${program}`, [String(pid), ...ids], { env: {} });
  if (result.exitCode !== 0) {
    throw new Failure('sandbox-unavailable', `${program} refused the subordinate ids`, {
      got: result.output,
    });
  }
}
