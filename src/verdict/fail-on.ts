/** Which verdicts fail a run. What a verdict is does not depend on it, nor does any report. */
import { Failure } from '../failure.ts';
import type { VerdictKind } from './verdict.ts';

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
