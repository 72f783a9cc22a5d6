/**
 * This program started by itself to judge one job: a process in a session of its own, which dies with its parent and says at its end what only it
 * knows of what it cost. Both go through file descriptor 3 (`cli/watched.ts` is the other end).
 */
import { descendants, endTree } from '../../execute/sandbox/process-tree.ts';
import { OutputTail } from '../../output-tail.ts';
import { type ProcessEnd, startProcess } from '../../process.ts';
import type { AttemptCost } from '../attempt.ts';
import { meterOf } from './cost-meter.ts';
import { watchedDescriptor, watchedVariable } from './watched-names.ts';

/** What a watched process says of itself at its end. */
export interface OwnCost {
  readonly processorSeconds: number;
  readonly diskBytes: number;
  readonly downloadedBytes: number;
}

export interface WatchedEnd extends ProcessEnd {
  readonly cost: Omit<AttemptCost, 'wallSeconds'>;
  /** The end of what it printed. */
  readonly said: string;
  /** Whether it was ended from here. */
  readonly ended: 'by-signal' | 'by-time' | undefined;
}

export interface WatchedOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Ends it: at first as a user would, so that it leaves nothing behind. */
  readonly signal: AbortSignal;
  readonly mostSeconds: number;
}

const mostSaid = 16 * 1024;
const mostOwnCost = 4096;
/** From being asked to end until it is killed with everything below it. */
const graceMilliseconds = 10_000;

/** Runs a program to its end. Fails with `sandbox-unavailable` where it cannot be started. */
export async function runWatched(
  [command, ...argv]: readonly string[],
  { env, signal, mostSeconds }: WatchedOptions,
): Promise<WatchedEnd> {
  const said = new OutputTail(mostSaid);
  const child = await startProcess(command!, argv, {
    env: { ...env, [watchedVariable]: String(watchedDescriptor) },
    onOutput: (bytes) => said.add(bytes),
  });
  const meter = meterOf(child.pid);
  const own = new OutputTail(mostOwnCost);
  child.gate.on('data', (bytes: Buffer) => own.add(bytes));
  let ended: WatchedEnd['ended'];
  let killing: NodeJS.Timeout | undefined;
  const end = (why: NonNullable<WatchedEnd['ended']>) => {
    if (ended !== undefined) return;
    ended = why;
    process.kill(child.pid, 'SIGTERM');
    killing = setTimeout(() => killTree(child.pid), graceMilliseconds);
  };
  const onAbort = () => end('by-signal');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const bell = setTimeout(() => end('by-time'), mostSeconds * 1000);
  try {
    const { exitCode, signal: endSignal } = await child.ended;
    const measured = meter.stop();
    const told = parseOwnCost(own.text());
    const cost = { ...told, ...measured };
    const processorSeconds = Math.max(measured.processorSeconds, told.processorSeconds);
    return { exitCode, signal: endSignal, cost: { ...cost, processorSeconds }, said: said.text(), ended };
  } finally {
    meter.stop();
    clearTimeout(bell);
    clearTimeout(killing);
    signal.removeEventListener('abort', onAbort);
    child.gate.destroy();
  }
}

/** Kills a process and everything below it, which is found before the process is gone. */
function killTree(pid: number): void {
  const below = descendants(pid, 65536);
  endTree(pid);
  for (const each of [pid, ...below]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** What it said, or nothing: it may have been killed before. */
function parseOwnCost(text: string): OwnCost {
  const amount = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
  try {
    const { processorSeconds, diskBytes, downloadedBytes } = JSON.parse(text) as Partial<OwnCost>;
    return {
      processorSeconds: amount(processorSeconds),
      diskBytes: Math.round(amount(diskBytes)),
      downloadedBytes: Math.round(amount(downloadedBytes)),
    };
  } catch {
    return { processorSeconds: 0, diskBytes: 0, downloadedBytes: 0 };
  }
}
