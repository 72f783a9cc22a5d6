/** A run as JSON lines: one package on each line, each a complete value. */
import { canonicalJson } from '../canonical.ts';
import type { RunResult } from '../verdict/result.ts';
import { escapeSteering, packageValue } from './json-report.ts';

/** Renders the lines; empty where there are no packages, and every line ends with a newline. */
export function renderJsonLines({ packages }: RunResult): string {
  return packages
    .map((each) => Object.assign({ schema: 'wolfi-repro/package/1' }, packageValue(each)))
    .map((value) => `${escapeSteering(canonicalJson(value))}\n`)
    .join('');
}
