/** What a process and everything below it costs, looked at from outside while it runs (proc(5)). */
import { readFileSync } from 'node:fs';
import { descendants, proportionalBytes, residentBytes } from '../../execute/sandbox/process-tree.ts';

const mostProcesses = 8192;
const intervalMilliseconds = 500;
/** USER_HZ, which is 100 on every architecture that Linux has now. */
const ticksPerSecond = 100;

export interface Measured {
  readonly processorSeconds: number;
  /** The most bytes of memory at one time. */
  readonly memoryBytes: number;
}

/** Measures from now on, until it is stopped. */
export function meterOf(root: number): { stop(): Measured } {
  let processorSeconds = 0;
  let memoryBytes = 0;
  const look = () => {
    const pids = [root, ...descendants(root, mostProcesses)];
    processorSeconds = Math.max(processorSeconds, sum(pids, processorSecondsOf));
    // What processes share is counted for each of them here, and only once in what takes the kernel longer to find.
    if (sum(pids, residentBytes) > memoryBytes)
      memoryBytes = Math.max(memoryBytes, sum(pids, proportionalBytes));
  };
  const timer = setInterval(look, intervalMilliseconds);
  return {
    stop: () => {
      clearInterval(timer);
      return { processorSeconds, memoryBytes };
    },
  };
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}

/** Seconds of a process and of those below it that it has waited for. */
export function processorSecondsOf(pid: number | 'self'): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields 14 to 17, counted from the third, which follows the name in brackets.
    const times = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    return times.reduce((total, time) => total + Number(time), 0) / ticksPerSecond;
  } catch {
    return 0;
  }
}
