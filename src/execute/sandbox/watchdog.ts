/**
 * Keeps a running step within its bounds and ends it where it exceeds them. The kernel keeps the bounds on single processes
 * (file size, processor time), and those of a control group where there is one; the rest is watched from here.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { ExceededLimit } from '../../failure.ts';
import { type ControlGroup, makeControlGroup, memoryKillsOfOwnGroup } from './control-group.ts';
import type { DiskMeter } from './disk-meter.ts';
import {
  descendants,
  endTree,
  isInside,
  memoryFileBytes,
  proportionalBytes,
  residentBytes,
  threadsOf,
} from './process-tree.ts';
import { boundOfStatus } from './program-bounds.ts';
import type { BuildLimits } from './sandbox.ts';

interface Bounded {
  readonly limits: BuildLimits;
  readonly disk: DiskMeter;
}

/** The bounds into which a step's process is taken. */
interface Bounds {
  /** Called as soon as the process is there: what it starts from then on starts within its bounds. */
  readonly enter: (pid: number) => void;
  /** Called before the process does anything; it must wait until this is done. */
  readonly hold: (pid: number) => Promise<void>;
}

/**
 * Runs a step within its bounds.
 * @param start runs it to its end
 */
export async function bounded<E extends { readonly exitCode: number | undefined }>(
  { limits: asked, disk }: Bounded,
  start: (bounds: Bounds) => Promise<E>,
): Promise<E & { readonly exceeded: ExceededLimit | undefined }> {
  const limits = { ...asked, memoryBytes: Math.min(asked.memoryBytes, Math.floor(totalmem() * ownShare)) };
  const group = makeControlGroup(limits);
  let watchdog: Watchdog | undefined;
  try {
    let entered: Promise<void> | undefined;
    const end = await start({
      enter: (pid) => {
        entered = group?.enter(pid);
      },
      hold: async (pid) => {
        await entered;
        watchdog = watch({ pid, limits, group: join(pid, group), disk });
      },
    });
    return { ...end, exceeded: await watchdog?.exceeded(end.exitCode) };
  } finally {
    watchdog?.stop();
    await group?.close();
  }
}

/** The share of the machine's memory that a step may take; a step that took all of it would be ended by the kernel without a message. */
const ownShare = 0.9;

/** Puts a tree of processes into the group; what cannot be put there is watched. */
function join(root: number, group: ControlGroup | undefined): ControlGroup | undefined {
  const tree = [root, ...descendants(root, mostAtFirst)];
  const joined = joinGroup(tree, group);
  if (joined?.bounds.has('memory') !== true) goFirst(tree);
  return joined;
}

function joinGroup(tree: readonly number[], group: ControlGroup | undefined): ControlGroup | undefined {
  try {
    for (const pid of tree) if (group?.holds(pid) === false) group.join(pid);
    return group;
  } catch {
    return undefined;
  }
}

/** Makes the kernel end steps first where the machine runs out of memory. Steps can see this setting, so it is used only where the kernel keeps no bound. */
function goFirst(tree: readonly number[]): void {
  try {
    for (const pid of tree) writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Best effort.
  }
}

const mostAtFirst = 64;

interface Watchdog {
  /** The bound that was exceeded first, once the step is over. */
  exceeded(exitCode: number | undefined): Promise<ExceededLimit | undefined>;
  stop(): void;
}

interface Watched extends Bounded {
  /** Root of a tree of processes; its descendants are counted. */
  readonly pid: number;
  readonly group: ControlGroup | undefined;
}

const intervalMilliseconds = 100;

function watch(watched: Watched): Watchdog {
  const killsBefore = killsForMemory(watched.group);
  let ticks = 0;
  let exceeded: ExceededLimit | undefined;
  const timer = setInterval(() => {
    ticks += 1;
    exceeded ??= exceededNow(watched, ticks);
    if (exceeded !== undefined) endTree(watched.pid);
  }, intervalMilliseconds);
  return {
    async exceeded(exitCode) {
      clearInterval(timer);
      // A process that was too quick to be seen has left its trace.
      exceeded ??= watched.group?.exceeded();
      if (exceeded === undefined && (await watched.disk.settle())) exceeded = 'disk';
      exceeded ??= boundOfStatus(exitCode);
      return (
        exceeded ?? (exitCode !== 0 && killsForMemory(watched.group) > killsBefore ? 'memory' : undefined)
      );
    },
    stop: () => clearInterval(timer),
  };
}

function exceededNow(watched: Watched, ticks: number): ExceededLimit | undefined {
  const { limits, group, disk } = watched;
  if (ticks * intervalMilliseconds > limits.stepSeconds * 1000) return 'time';
  if (disk.look()) return 'disk';
  const found = group?.exceeded();
  if (found !== undefined) return found;
  if (group?.bounds.has('processes') && group.bounds.has('memory')) return undefined;
  return exceededInTree(watched);
}

function exceededInTree({ pid, limits }: Watched): ExceededLimit | undefined {
  const tree = descendants(pid, limits.processes + 1);
  if (tree.reduce((sum, each) => sum + threadsOf(each), 0) > limits.processes) return 'processes';
  const inside = tree.findLast(isInside);
  const inFiles = inside === undefined ? 0 : memoryFileBytes(inside, '/dev');
  const sum = (bytesOf: (pid: number) => number) =>
    tree.reduce((total, each) => total + bytesOf(each), inFiles);
  if (sum(residentBytes) <= limits.memoryBytes) return undefined;
  return sum(proportionalBytes) > limits.memoryBytes ? 'memory' : undefined;
}

/**
 * The number of processes that the kernel ended for lack of memory, of as few others than the step's as it counts by itself: none where the
 * step's group is asked anyway, else those of this process's group, else all of the machine (`oom_kill` of /proc/vmstat).
 */
function killsForMemory(group: ControlGroup | undefined): number {
  if (group?.bounds.has('memory') === true) return 0;
  return memoryKillsOfOwnGroup() ?? killsOnMachine();
}

function killsOnMachine(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
