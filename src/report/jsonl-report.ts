/** A run as JSON lines: one package on each line, each a complete value. */
import { canonicalJson } from '../canonical.ts';
import type { DiffResult } from '../diff.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { diffValue, escapeSteering, packageValue } from './json-report.ts';

/** Renders the lines; empty where there are no packages, and every line ends with a newline. */
export function renderJsonLines({ packages }: StatedRun): string {
  return packages
    .map((each) => Object.assign({ schema: 'wolfi-repro/package/1' }, packageValue(each)))
    .map((value) => `${escapeSteering(canonicalJson(value))}\n`)
    .join('');
}

/** Two packages, folders or files compared by themselves, on one line. */
export function renderDiffJsonLine(result: DiffResult): string {
  return `${escapeSteering(canonicalJson(diffValue(result)))}\n`;
}
