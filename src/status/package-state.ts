/** What is known of one package now: a verdict about its bytes, or why there is none. */
import type { AttemptClass } from '../sweep/attempt.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import type { VerdictKind } from '../verdict/verdict.ts';

/** The verdicts, and two states without one: nobody has judged it yet, and every attempt ended without a verdict. */
export const packageStateKinds = [
  'reproduced',
  'not-reproduced',
  'build-failed',
  'inconclusive',
  'rejected',
  'internal',
  'dead',
  'waiting',
] as const satisfies readonly (VerdictKind | 'dead' | 'waiting')[];
export type PackageStateKind = (typeof packageStateKinds)[number];

export interface PackageState {
  readonly kind: PackageStateKind;
  /** The reason of the verdict, or the class of the last attempt of what is dead; empty where the kind says everything. */
  readonly reason: string;
}

/** The only two verdicts that are about bytes: everything else says nothing of whether a package reproduces (docs/trust.md). */
export function isJudged(kind: PackageStateKind): kind is 'reproduced' | 'not-reproduced' {
  return kind === 'reproduced' || kind === 'not-reproduced';
}

export function stateOfRow({ verdict, reason }: Pick<VerdictRow, 'verdict' | 'reason'>): PackageState {
  return { kind: verdict, reason };
}

export function deadState(last: AttemptClass): PackageState {
  return { kind: 'dead', reason: last };
}

export const waitingState: PackageState = { kind: 'waiting', reason: '' };
