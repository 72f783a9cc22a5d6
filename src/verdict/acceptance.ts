/**
 * What lets a package through a gate although it is not reproduced: rules of a policy, or a baseline that has it as it is. Neither changes a verdict;
 * both stay in every report.
 */
import type { CauseKind } from '../compare/cause.ts';
import type { SectionName } from '../compare/difference.ts';
import type { Sha256 } from '../digest.ts';
import type { Incomplete } from './gaps.ts';
import { isKnownRun, isWhole, type RunRecord, toJudge } from './run-record.ts';
import { type VerdictKind, verdictExitCodes, worstVerdict } from './verdict.ts';

/** What a policy says of one package. */
export interface Acceptance {
  /** SHA-256 of the file of the policy. */
  readonly digest: Sha256;
  /** The rules that accept it together, in the order of the file; none where it is not accepted. */
  readonly accepted: readonly AcceptingRule[];
  /** Rules that are about the package, where it is not accepted, with why they do not accept it; absent where there are none. */
  readonly refused?: readonly RefusingRule[];
  /** Differences that no rule accepts, where rules accept others; absent where there are none. */
  readonly uncovered?: Uncovered;
}

/** A rule as the policy has it, and how much it accepts. */
export interface AcceptingRule {
  readonly rule: string;
  /** Why it is accepted, in the words of the owner. */
  readonly reason: string;
  readonly owner: string;
  /** The last day on which the rule holds, `YYYY-MM-DD` in UTC. */
  readonly until: string;
  /** The number of differences that it accepts; absent where it accepts the verdict whatever differs. */
  readonly differences?: number;
}

export interface RefusingRule {
  readonly rule: string;
  readonly owner: string;
  readonly until: string;
  readonly why: RefusalKind;
}

export type RefusalKind =
  /** It would accept the package, or a part of what differs, and its last day is over. */
  | 'expired'
  /** It accepts other verdicts. */
  | 'other-verdict'
  /** None of the differences is one that it accepts. */
  | 'other-differences'
  /** It accepts some of the differences, and no rule accepts the others. */
  | 'not-everything';

export const ruleRefusals: Readonly<Record<RefusalKind, string>> = {
  expired: 'it ended',
  'other-verdict': 'it is about other verdicts',
  'other-differences': 'it is about other differences',
  'not-everything': 'it accepts only some of the differences',
};

/** Differences that no rule accepts. */
export interface Uncovered {
  readonly count: number;
  /** The first of them; absent where those are meant that no report lists. Attacker-controlled. */
  readonly example?: {
    readonly section: SectionName;
    readonly path: string;
    readonly causes: readonly CauseKind[];
  };
}

/** How a package stands to a baseline. */
export interface Standing {
  readonly state: StandingState;
  /** What the baseline has; absent for a package that it does not have. */
  readonly was?: KnownState;
}

export type StandingState =
  /** Not in the baseline, so it must pass by itself. */
  'new' | 'same' | 'better' | 'worse';

export const standingTitles: Readonly<Record<StandingState, string>> = {
  new: 'not in the baseline',
  same: 'as in the baseline',
  better: 'better than in the baseline',
  worse: 'worse than in the baseline',
};

/** The state of a package, as a baseline holds it: without digests and without its version. */
export interface KnownState {
  /** `reproduced`, or the verdict with its reason: `not-reproduced/content`. */
  readonly verdict: string;
  /** Sorted. */
  readonly causes: readonly CauseKind[];
}

/** What a run shows of the rules of a policy. */
export interface PolicyRun {
  /** SHA-256 of the file of the policy. */
  readonly digest: Sha256;
  /** In the order of the file. */
  readonly notices: readonly PolicyNotice[];
}

export interface PolicyNotice {
  readonly kind: PolicyNoticeKind;
  readonly rule: string;
  readonly owner: string;
  readonly until: string;
  /** For `ends-soon` and `about-to-end`: the days that are left. */
  readonly days?: number;
}

export const policyNoticeKinds = [
  /** A package that it is about was judged, and it accepts nothing of it. */
  'unused',
  /** Its last day is over. */
  'expired',
  /** Its last day is at most 14 days ahead. */
  'ends-soon',
  /** Its last day is at most 7 days ahead. */
  'about-to-end',
  /** It is about packages of nearly every name. */
  'for-every-package',
] as const;

export type PolicyNoticeKind = (typeof policyNoticeKinds)[number];

/** What a run shows of a baseline. Which packages are better or worse stands with each. */
export interface BaselineRun {
  /** Packages of the baseline, `NAME:ARCH`, that were not judged, sorted. */
  readonly notJudged: readonly string[];
}

/** The exit code where every package passes and a rule has to be removed. */
export const staleExitCode = 6;

/** What decides whether a package passes. */
interface Gated {
  readonly verdict: { readonly kind: VerdictKind };
  readonly policy?: Acceptance;
  readonly baseline?: Standing;
}

/** Why a package passes; undefined where it does not. */
export type Pass = 'reproduced' | 'accepted' | 'in-baseline';

/** A defect of this program is never let through. What a rule accepted until it was over, no baseline goes on accepting. */
export function passOf({ verdict: { kind }, policy, baseline }: Gated): Pass | undefined {
  if (kind === 'reproduced') return kind;
  if (kind === 'internal') return undefined;
  if (policy !== undefined && policy.accepted.length > 0) return 'accepted';
  const isOver = policy?.refused?.some(({ why }) => why === 'expired') ?? false;
  const isKnown = baseline?.state === 'same' || baseline?.state === 'better';
  return isKnown && !isOver && kind !== 'rejected' ? 'in-baseline' : undefined;
}

/** What the exit code of a run is made of. */
interface GatedRun {
  readonly packages: readonly Gated[];
  readonly policy?: PolicyRun;
  readonly runs?: readonly RunRecord[];
  readonly incomplete?: Incomplete;
}

/**
 * The exit code of a run: that of the worst package that does not pass; then 4 where results are missing, of which nothing is known; then 6 where a rule has to be
 * removed, whatever fails that is not to fail the run.
 * @param failOn the verdicts that fail the run; without it, every verdict does
 */
export function exitCodeOf(run: GatedRun, failOn?: ReadonlySet<VerdictKind>): number {
  const { packages, policy, incomplete } = run;
  const failing = packages.filter(
    (each) => passOf(each) === undefined && failOn?.has(each.verdict.kind) !== false,
  );
  const worst = worstVerdict(failing.map(({ verdict }) => verdict.kind));
  if (worst !== undefined) return verdictExitCodes[worst];
  const lacks = incomplete !== undefined && !incomplete.isAllowed;
  if (lacks || (packages.length === 0 && !hadNothingToJudge(run))) return verdictExitCodes.inconclusive;
  return policy?.notices.some(({ kind }) => kind === 'unused') === true ? staleExitCode : 0;
}

/** Whether there are no results because there was nothing to judge, as in a shard when nothing changed. */
function hadNothingToJudge({ runs = [] }: GatedRun): boolean {
  return runs.length > 0 && runs.every((run) => isKnownRun(run) && isWhole(run) && toJudge(run.asked) === 0);
}
