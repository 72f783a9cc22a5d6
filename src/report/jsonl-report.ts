/** A run as JSON lines: one package on each line, each a complete value. */
import { canonicalJson } from '../canonical.ts';
import type { DiffResult } from '../diff.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { diffValue, escapeSteering, packageValue } from './json-report.ts';

/** Renders the lines; empty where there are no packages, and every line ends with a newline. */
export function renderJsonLines({ packages }: StatedRun): string {
  return packages.map(packageLine).join('');
}

/** The line of one package, with its newline. */
export function packageLine(result: StatedPackage): string {
  const value = Object.assign({ schema: 'wolfi-repro/package/1' }, packageValue(result));
  return `${escapeSteering(canonicalJson(value))}\n`;
}

/** Two packages, folders or files compared by themselves, on one line. */
export function renderDiffJsonLine(result: DiffResult): string {
  return `${escapeSteering(canonicalJson(diffValue(result)))}\n`;
}
