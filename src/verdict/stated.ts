/**
 * What reports are made of: a result of this run, or one that was saved and read again. A saved `reproduced` is a statement of whoever wrote the
 * file: nothing here makes a proof of it, so it can be shown and never become a `Verdict`.
 */
import type { Sha256 } from '../digest.ts';
import type { Plan } from '../plan/plan.ts';
import { type BaselineRun, exitCodeOf, type PolicyRun } from './acceptance.ts';
import type { Incomplete } from './gaps.ts';
import type { PackageResult } from './result.ts';
import type { RunRecord } from './run-record.ts';
import { type Verdict, type VerdictKind, worstVerdict } from './verdict.ts';

export type StatedVerdict =
  | Exclude<Verdict, { readonly kind: 'reproduced' }>
  | (Omit<Extract<Verdict, { readonly kind: 'reproduced' }>, 'proof'> & {
      /** The digest and the size of both files; no proof that they are the same. */
      readonly proof: { readonly sha256: Sha256; readonly size: number };
    });

/** What reports and statements read of a plan; everything else in it is only repeated. */
export type StatedPlan = Pick<
  Plan,
  'origin' | 'builder' | 'recipe' | 'recipeFiles' | 'environment' | 'sources' | 'network'
>;

/** Every `PackageResult` is one. */
export interface StatedPackage extends Omit<PackageResult, 'verdict' | 'plan'> {
  readonly verdict: StatedVerdict;
  readonly plan: { readonly identity: Sha256; readonly plan: StatedPlan } | undefined;
}

/** Every `RunResult` is one. */
export interface StatedRun {
  readonly packages: readonly StatedPackage[];
  readonly verdict: VerdictKind;
  readonly exitCode: number;
  readonly policy?: PolicyRun;
  readonly baseline?: BaselineRun;
  /** The runs that judged; absent where nobody says. */
  readonly runs?: readonly RunRecord[];
  /** What is missing in joined results; absent where nothing is. */
  readonly incomplete?: Incomplete;
}

/**
 * The digest of the file that a result judges, where that is not the file that it is about: somebody changed it. A file is judged where it is reproduced, and where it
 * was compared; then its digest and its size are known twice.
 */
export function contradictsItself({
  subject,
  verdict,
}: Pick<StatedPackage, 'subject' | 'verdict'>): Sha256 | undefined {
  const compared = 'comparison' in verdict ? verdict.comparison?.files.published : undefined;
  const judged = verdict.kind === 'reproduced' ? verdict.proof : compared;
  return judged === undefined || (judged.sha256 === subject?.sha256 && judged.size === subject.size)
    ? undefined
    : judged.sha256;
}

/** Joins packages, in their order. */
export function statedRun(
  packages: readonly StatedPackage[],
  more: Pick<StatedRun, 'runs' | 'incomplete' | 'policy'> = {},
): StatedRun {
  const verdict = worstVerdict(packages.map((each) => each.verdict.kind)) ?? 'inconclusive';
  return { packages, verdict, exitCode: exitCodeOf({ packages, ...more }), ...more };
}
