/** Which verdicts fail a run. What a verdict is does not depend on it, nor does any report. */
import { Failure } from '../failure.ts';
import { passOf } from './acceptance.ts';
import type { StatedRun } from './stated.ts';
import { type VerdictKind, verdictExitCodes, worstVerdict } from './verdict.ts';

/** Verdicts that a run can be told not to fail on. */
const optional = ['not-reproduced', 'build-failed', 'inconclusive'] as const satisfies readonly VerdictKind[];

/** A file that fails its own signature and a defect of this program fail every run. */
const always: readonly VerdictKind[] = ['rejected', 'internal'];

export const failOnWords: readonly string[] = [...optional, 'rejected', 'none'];

/** Parses words, each of which may hold several with commas between them; undefined where there are none. Fails with `usage`. */
export function parseFailOn(texts: readonly string[]): ReadonlySet<VerdictKind> | undefined {
  const words = texts.flatMap((text) => text.split(',')).map((word) => word.trim());
  if (words.length === 0) return undefined;
  const unknown = words.find((word) => !failOnWords.includes(word));
  if (unknown !== undefined || (words.includes('none') && words.length > 1))
    throw new Failure('usage', '--fail-on takes verdicts, or none by itself', {
      expected: failOnWords.join(', '),
      got: words.join(','),
    });
  return new Set([...always, ...optional.filter((kind) => words.includes(kind))]);
}

/** The exit code of a run: that of the worst package that does not pass and whose verdict fails the run. Without a choice, every verdict but `reproduced` does. */
export function failingExitCode(run: StatedRun, failOn: ReadonlySet<VerdictKind> | undefined): number {
  if (failOn === undefined) return run.exitCode;
  const failing = run.packages.filter((each) => passOf(each) === undefined && failOn.has(each.verdict.kind));
  const worst = worstVerdict(failing.map(({ verdict }) => verdict.kind));
  if (worst !== undefined) return verdictExitCodes[worst];
  // Every other code is about something else than packages, such as a rule that has to be removed.
  return Object.values(verdictExitCodes).includes(run.exitCode) ? 0 : run.exitCode;
}
