/** The processes below one, read from proc(5). A process that ends while it is looked at is not counted. */

import { readdirSync, readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs';
import { addAll } from '../../lists.ts';

/** Descendants of a process, nearest first; no more than about `most`. */
export function descendants(root: number, most: number): number[] {
  const found: number[] = [];
  for (let at = -1; at < found.length && found.length <= most; at++) {
    addAll(found, childrenOf(at < 0 ? root : found[at]!));
  }
  return found;
}

/** Ends everything below a process, or the process itself where there is nothing below it. */
export function endTree(pid: number): void {
  const found = descendants(pid, mostEnded);
  // The first process of a pid namespace takes all others with it; whoever waits for it outside then reports its end.
  const first = found.find(isInside);
  for (const each of first === undefined ? [...found, pid] : [first]) kill(each);
}

const mostEnded = 65536;

/** Whether a process is in a different pid namespace than this one. */
export function isInside(pid: number): boolean {
  const namespace = readLink(`/proc/${pid}/ns/pid`);
  return namespace !== '' && namespace !== readLink('/proc/self/ns/pid');
}

/**
 * Ends every process whose root directory is a folder or lies below it: without a pid namespace there is no other way to find them. They are stopped
 * first, so that none can start another in the meantime.
 */
export function endProcessesIn(folder: string): void {
  const found = new Set<number>();
  for (let more = true; more; ) {
    const fresh = processesRootedIn(folder).filter((pid) => !found.has(pid));
    for (const pid of fresh) {
      found.add(pid);
      kill(pid, 'SIGSTOP');
    }
    more = fresh.length > 0;
  }
  for (const pid of found) kill(pid);
}

function kill(pid: number, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended by itself.
  }
}

function childrenOf(pid: number): number[] {
  return namesIn(`/proc/${pid}/task`).flatMap((thread) =>
    readText(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

export function threadsOf(pid: number): number {
  return namesIn(`/proc/${pid}/task`).length;
}

const pageBytes = 4096;

/** Memory resident in a process; what it shares with others is counted for each. */
export function residentBytes(pid: number): number {
  return Number(readText(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * pageBytes;
}

/** Memory resident in a process; what it shares with others is split between them. Takes the kernel longer. */
export function proportionalBytes(pid: number): number {
  const kibibytes = /^Pss:\s+(\d+)/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1];
  return kibibytes === undefined ? residentBytes(pid) : Number(kibibytes) * 1024;
}

/** Bytes in the memory file system that the process sees at a path. */
export function memoryFileBytes(pid: number, path: string): number {
  try {
    const { blocks, bfree, bsize } = statfsSync(`/proc/${pid}/root${path}`);
    return (blocks - bfree) * bsize;
  } catch {
    return 0;
  }
}

/** Bytes on disk of files that processes hold open and that no longer have a name, each counted once. */
export function unlinkedBytes(pids: readonly number[]): number {
  const files = new Map<string, number>();
  for (const pid of pids) {
    for (const descriptor of namesIn(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${descriptor}`;
      try {
        if (!readlinkSync(path).endsWith(' (deleted)')) continue;
        const stat = statSync(path);
        if (stat.isFile() && stat.nlink === 0) files.set(`${stat.dev}:${stat.ino}`, stat.blocks * 512);
      } catch {
        // The file was closed in the meantime.
      }
    }
  }
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function processesRootedIn(folder: string): number[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const root = readLink(`/proc/${pid}/root`).replace(/ \(deleted\)$/, '');
      return root === folder || root.startsWith(`${folder}/`);
    })
    .map(Number);
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
