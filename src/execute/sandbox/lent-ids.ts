/** Ids of this machine that nobody has: root has builds run under them, so that a process that leaves a sandbox owns nothing. */
import { readFileSync } from 'node:fs';

export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/**
 * Where to look for free ids, in this order: above what systemd gives to containers (its document on users and groups, UIDS-GIDS),
 * where subordinate ids usually begin, and in a container that has few, after root.
 */
const preferred = [0x70000000, 100_000, 1];

/**
 * A range of ids, the same for users and groups, that nobody was given; undefined where this process has none. Where a container has few ids,
 * they may be those of its accounts.
 */
export function rootsRange(count: number): IdRange | undefined {
  const extents = [extentsOf('/proc/self/uid_map'), extentsOf('/proc/self/gid_map')];
  const taken = ['/etc/subuid', '/etc/subgid'].flatMap(subordinate);
  const isHad = ({ first }: IdRange) =>
    extents.every((each) => each.some((own) => own.first <= first && own.first + own.count >= first + count));
  const candidates = preferred.map((first) => ({ first: beyond({ first, count }, taken), count }));
  return candidates.find(isHad) ?? [{ first: 1, count }].find(isHad);
}

/** The first id from which a whole range is free. */
function beyond({ first, count }: IdRange, taken: readonly IdRange[]): number {
  const inTheWay = taken.find((each) => each.first < first + count && first < each.first + each.count);
  return inTheWay === undefined ? first : beyond({ first: inTheWay.first + inTheWay.count, count }, taken);
}

/** `inside outside count` a line (user_namespaces(7)). */
function extentsOf(file: string): IdRange[] {
  return readLines(file).map((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return { first: first!, count: count! };
  });
}

/** `owner:first:count` a line (subuid(5)). */
function subordinate(file: string): IdRange[] {
  return readLines(file).flatMap((line) => {
    const [, first, count] = line.split(':').map(Number);
    return first! >= 0 && count! > 0 ? [{ first: first!, count: count! }] : [];
  });
}

/** CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_SETGID, CAP_SETUID and CAP_SYS_ADMIN (linux/capability.h). */
const neededCapabilities = [0, 1, 3, 6, 7, 21].map((bit) => 1n << BigInt(bit));

/** Whether this process has the capabilities to lend ids; root of a container often does not. */
export function mayLend(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readLines('/proc/self/status').join('\n'))?.[1];
  return (
    effective !== undefined && neededCapabilities.every((bit) => (BigInt(`0x${effective}`) & bit) !== 0n)
  );
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
