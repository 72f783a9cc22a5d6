/** The conclusion about one package, typed, so that no code has to read its words. */

import { counted } from '../bytes.ts';
import type { EqualFiles } from '../compare/compare-files.ts';
import {
  type Comparison,
  type Equivalence,
  isUnequal,
  type UnequalComparison,
} from '../compare/comparison.ts';
import type { Explanation } from '../explain/counterfactual/explanation.ts';
import { isUnstable, type Triangulation } from '../explain/triangulation.ts';
import {
  type BuildFailedReason,
  Failure,
  type FailureClass,
  type InconclusiveReason,
  type RejectedReason,
} from '../failure.ts';
import type { SignatureState } from '../repository/keyring.ts';
import type { NetworkSummary } from './fetched.ts';

export type Verdict =
  | {
      readonly kind: 'reproduced';
      /** The proof without which this verdict cannot be made. */
      readonly proof: EqualFiles;
      /** The state of the published signature over our bytes. */
      readonly signature: SignatureState;
    }
  | {
      readonly kind: 'not-reproduced';
      readonly reason: Equivalence;
      readonly comparison: UnequalComparison;
    }
  | { readonly kind: 'build-failed'; readonly reason: BuildFailedReason; readonly failure: Failure }
  | {
      readonly kind: 'inconclusive';
      readonly reason: InconclusiveReason;
      readonly failure: Failure;
      /** What differs, where the build ran in a substituted environment. */
      readonly comparison?: UnequalComparison;
    }
  | { readonly kind: 'rejected'; readonly reason: RejectedReason; readonly failure: Failure }
  /** A defect of this program: it takes the place of the verdict, and says nothing about the package. */
  | { readonly kind: 'internal'; readonly reason: 'internal'; readonly failure: Failure };

export type VerdictKind = Verdict['kind'];

/** Worst first: of several packages the worst decides. A defect comes first, since it is not known what else it got wrong. */
export const verdictOrder: readonly VerdictKind[] = [
  'internal',
  'rejected',
  'not-reproduced',
  'build-failed',
  'inconclusive',
  'reproduced',
];

export const verdictExitCodes: Readonly<Record<VerdictKind, number>> = {
  reproduced: 0,
  'not-reproduced': 1,
  'build-failed': 3,
  inconclusive: 4,
  rejected: 5,
  internal: 70,
};

/** Exit codes of failures that end a whole run. */
export const failureExitCodes: Readonly<Record<Extract<FailureClass, 'usage' | 'internal'>, number>> = {
  usage: 2,
  internal: 70,
};

/** The worst of several verdicts; undefined where there are none. */
export function worstVerdict(kinds: readonly VerdictKind[]): VerdictKind | undefined {
  return verdictOrder.find((kind) => kinds.includes(kind));
}

/**
 * Decides from a comparison. A substituted environment can excuse a difference, and so can what the network did not answer, but neither can make files equal. An explanation decides which
 * equivalence is stated, never whether the package is reproduced: it holds no proof of that.
 */
export function decide(
  comparison: Comparison,
  signature: SignatureState,
  substituted: string | undefined,
  explanation?: Explanation,
  network?: Pick<NetworkSummary, 'unanswered' | 'refused'>,
): Verdict {
  if (!isUnequal(comparison)) return { kind: 'reproduced', proof: comparison.files.proof, signature };
  const failure = excuse(substituted, network);
  if (failure === undefined)
    return { kind: 'not-reproduced', reason: statedEquivalence(comparison, explanation), comparison };
  return { kind: 'inconclusive', reason: failure.code as InconclusiveReason, failure, comparison };
}

/** Why bytes that differ say nothing about a package. */
function excuse(
  substituted: string | undefined,
  network: Pick<NetworkSummary, 'unanswered' | 'refused'> | undefined,
): Failure | undefined {
  if (substituted !== undefined)
    return new Failure(
      'environment-substituted',
      `the bytes differ, but the environment was not the recorded one: ${substituted}`,
      { hint: 'give the recorded environment with --repository to learn whether the package reproduces' },
    );
  const wanting = (network?.unanswered.length ?? 0) + (network?.refused.length ?? 0);
  if (wanting === 0) return undefined;
  return new Failure(
    'request-unanswered',
    'the bytes differ, but the steps went on without something that they asked of the network',
    { got: `${counted(wanting, 'request')} without an answer; the section about the network names them` },
  );
}

function statedEquivalence(comparison: UnequalComparison, explanation: Explanation | undefined): Equivalence {
  return explanation?.explained === 'proven' ? explanation.equivalence : comparison.equivalence;
}

/** Decides again once the package was built more than once: where everything that differs is unstable by itself, that is the reason. */
export function decideOnBuilds(verdict: Verdict, triangulation: Triangulation): Verdict {
  return verdict.kind === 'not-reproduced' && isUnstable(triangulation)
    ? { ...verdict, reason: 'unstable' }
    : verdict;
}

/** The verdict that a failure amounts to; undefined for `usage`, which is about the whole run. */
export function verdictOfFailure(failure: Failure): Verdict | undefined {
  const reason = failure.code;
  switch (failure.class) {
    case 'rejected':
      return { kind: 'rejected', reason: reason as RejectedReason, failure };
    case 'inconclusive':
      return { kind: 'inconclusive', reason: reason as InconclusiveReason, failure };
    case 'build-failed':
      return { kind: 'build-failed', reason: reason as BuildFailedReason, failure };
    case 'internal':
      return { kind: 'internal', reason: 'internal', failure };
    case 'usage':
      return undefined;
  }
}
