/** This machine and this program, as what judges the jobs of a sweep. */
import { statfsSync } from 'node:fs';
import {
  architectureOfMachine,
  emulatorNames,
  rebuiltArchitectures,
} from '../execute/processor/architectures.ts';
import { type Architecture, parseArchitecture } from '../names.ts';
import { findProgram } from '../process.ts';
import type { Judging } from '../sweep/judge/judge-job.ts';
import { version } from './own-version.ts';

/** What starts this program again, and with which environment: its settings come from a file, so variables must not replace them. */
export function thisProgram(): Pick<Judging, 'program' | 'tool' | 'env'> {
  const env = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('WOLFI_REPRO_') ? [] : [[name, value] as const],
  );
  return {
    program: [process.execPath, ...process.execArgv, process.argv[1]!],
    tool: version,
    env: Object.fromEntries(env),
  };
}

/** The machine's own architecture, and those for which it has an emulator. */
export function buildable(): readonly Architecture[] {
  const own = architectureOfMachine(process.arch);
  return rebuiltArchitectures
    .filter((each) => each === own || emulatorNames(each).some((name) => findProgram(name) !== undefined))
    .map((each) => parseArchitecture(each)!);
}

/** Bytes that an ordinary user can still write below a folder. */
export function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
