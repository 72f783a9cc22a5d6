/**
 * Watches a running step from outside and ends it where it goes beyond its bounds. Bounds on single processes
 * (file size, processor time) are the kernel's; these are the ones that need a sum.
 */
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import type { BuildLimits, ExceededLimit } from './sandbox.ts';

export interface Watchdog {
  /** The bound that was exceeded first. */
  readonly exceeded: ExceededLimit | undefined;
  stop(): void;
}

const intervalMilliseconds = 100;
const pageBytes = 4096;

/**
 * Watches the descendants of a process.
 * @param pid root of the tree of processes; its own descendants are what counts
 * @param directory a path on the file system that the build writes to
 */
export function watch(pid: number, directory: string, limits: BuildLimits): Watchdog {
  const freeAtStart = freeBytes(directory);
  let ticks = 0;
  const state: { exceeded: ExceededLimit | undefined } = { exceeded: undefined };
  const timer = setInterval(() => {
    ticks += 1;
    const exceeded = exceededLimit(pid, ticks, limits, freeAtStart - freeBytes(directory));
    if (exceeded === undefined) return;
    state.exceeded ??= exceeded;
    endTree(pid);
  }, intervalMilliseconds);
  return {
    get exceeded() {
      return state.exceeded;
    },
    stop: () => clearInterval(timer),
  };
}

function exceededLimit(
  pid: number,
  ticks: number,
  limits: BuildLimits,
  usedBytes: number,
): ExceededLimit | undefined {
  if (ticks * intervalMilliseconds > limits.stepSeconds * 1000) return 'time';
  if (usedBytes > limits.diskBytes) return 'disk';
  const tree = descendants(pid, limits.processes + 1);
  if (tree.length > limits.processes) return 'processes';
  const resident = tree.reduce((sum, each) => sum + residentBytes(each), 0);
  return resident > limits.memoryBytes ? 'memory' : undefined;
}

/**
 * Ends everything below a sandbox. The first process of a pid namespace takes all others with it; the program
 * that waits for it then sees the end and reports it.
 */
export function endTree(pid: number): void {
  for (const child of childrenOf(pid)) kill(child);
  if (childrenOf(pid).length === 0) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function descendants(root: number, most: number): number[] {
  const found: number[] = [];
  for (let at = -1; at < found.length && found.length <= most; at++) {
    found.push(...childrenOf(at < 0 ? root : found[at]!));
  }
  return found;
}

function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) => childrenOfThread(pid, thread));
  } catch {
    return [];
  }
}

function childrenOfThread(pid: number, thread: string): number[] {
  const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1');
  return text.split(' ').filter(Boolean).map(Number);
}

function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageBytes;
  } catch {
    return 0;
  }
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
