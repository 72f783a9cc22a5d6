/** Bounds that the kernel keeps for each process, as arguments of prlimit(1). */

import { readFileSync } from 'node:fs';
import type { ExceededLimit } from '../../failure.ts';
import type { BuildLimits } from './sandbox.ts';

/** Only a stop for what is quicker than the watchdog: the bound itself counts only the processes of one step. */
const spareProcesses = 4096;

/** Arguments of prlimit. No bound is set higher than this process's own, which an ordinary user cannot raise. */
export function boundArguments({ processSeconds, fileBytes, diskBytes, processes }: BuildLimits): string[] {
  const own = ownBounds();
  const within = (name: string, wanted: number) => Math.min(wanted, own.get(name) ?? wanted);
  const seconds = within('Max cpu time', processSeconds);
  return [
    // The first is told by a signal of its own (SIGXCPU), the second ends the process.
    `--cpu=${seconds}:${within('Max cpu time', processSeconds + 5)}`,
    `--fsize=${within('Max file size', Math.min(fileBytes, diskBytes))}`,
    `--nproc=${within('Max processes', 2 * processes + spareProcesses)}`,
    // 1 and not 0, so that a program that collects core dumps (core(5)) is not started either.
    `--core=${within('Max core file size', 1)}`,
  ];
}

/** The first column of /proc/PID/limits (Linux fs/proc/base.c, proc_pid_limits). */
const nameWidth = 26;

/** Hard limits by their name in proc(5); those that are unlimited are left out. */
function ownBounds(): ReadonlyMap<string, number> {
  const lines = readFileSync('/proc/self/limits', 'latin1').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [name, [, hard = '']] = [
        line.slice(0, nameWidth).trimEnd(),
        line.slice(nameWidth).trim().split(/ +/),
      ];
      return /^\d+$/.test(hard) ? [[name, Number(hard)] as const] : [];
    }),
  );
}

/** The bound that a shell's exit status shows: 128 and the signal by which the kernel ended its program (signal(7)). */
export function boundOfStatus(exitCode: number | undefined): ExceededLimit | undefined {
  if (exitCode === 128 + 24) return 'time';
  return exitCode === 128 + 25 ? 'disk' : undefined;
}
