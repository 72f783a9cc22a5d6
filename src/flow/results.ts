/** What is known of a package, whatever became of it, as a result. */
import { busy } from '../busy.ts';
import type { ClaimFinding } from '../claim/findings.ts';
import { type Failure, failureOfPackage } from '../failure.ts';
import { type Plan, planIdentity } from '../plan/plan.ts';
import type { PackageResult } from '../verdict/result.ts';
import { verdictOfFailure } from '../verdict/verdict.ts';
import type { Candidate } from './candidate.ts';
import type { Prepared } from './prepare.ts';
import type { RunOptions } from './run-options.ts';
import { type Examined, subjectOf } from './target.ts';

/** Everything that holds whether or not there is a rebuild to compare with. */
type Known = Pick<
  PackageResult,
  'file' | 'subject' | 'chain' | 'findings' | 'plan' | 'substituted' | 'caveats'
>;

/** How far a package came: its plan and what was noticed, as far as they were made. */
export interface Progressed {
  readonly plan: Plan | undefined;
  readonly prepared: Prepared | undefined;
}

const notPlanned: Progressed = { plan: undefined, prepared: undefined };

export async function knownOf(examined: Examined, { plan, prepared }: Progressed): Promise<Known> {
  const substituted = prepared?.inputs.substituted;
  return {
    file: examined.file,
    subject: subjectOf(examined),
    chain: examined.chain,
    findings: [
      ...(examined.claim?.findings ?? []),
      ...(await sbomFindings(examined, plan)),
      ...examined.noticed,
      ...(prepared?.findings ?? []),
    ],
    plan: plan === undefined ? undefined : { identity: busy(() => planIdentity(plan)), plan },
    ...(substituted === undefined ? {} : { substituted }),
    // What was accepted weakens what is said of a build that failed as well.
    caveats: [...examined.caveats, ...(prepared?.inputs.caveats ?? [])],
  };
}

/** Who is told of a defect, and what cancels the run. */
export interface Watcher {
  readonly onProgress: RunOptions['onProgress'];
  readonly signal: AbortSignal;
}

/**
 * The result of a package that was not judged, by what was thrown: the one place where failures become results. A defect is told to
 * whoever watches, with where it is. Throws `usage`, which is about the whole run.
 */
export async function failedResult(
  examined: Examined,
  thrown: unknown,
  watcher: Watcher,
  progressed: Progressed = notPlanned,
): Promise<PackageResult> {
  const failure = failureOfPackage(thrown, watcher.signal);
  try {
    return ended(await knownOf(examined, progressed), failure, watcher);
  } catch (later) {
    const { file, chain } = examined;
    const bare = { file, subject: subjectOf(examined), chain, findings: [], plan: undefined, caveats: [] };
    return ended(bare, failureOfPackage(later, watcher.signal), watcher);
  }
}

/** The result of a package that could be built and was not judged. */
export function failedCandidate(
  { target, prepared, run: { machine, watch } }: Candidate,
  thrown: unknown,
  plan: Plan = prepared.plan,
): Promise<PackageResult> {
  const watcher = { onProgress: watch.onProgress, signal: machine.signal };
  return failedResult(target, thrown, watcher, { plan, prepared });
}

function ended(known: Known, failure: Failure, { onProgress }: Watcher): PackageResult {
  const verdict = verdictOfFailure(failure);
  if (verdict === undefined) throw failure;
  if (verdict.kind === 'internal')
    onProgress({ kind: 'defect', subject: known.file, thrown: failure.cause ?? failure });
  return { ...known, verdict, sbom: undefined, skipped: [] };
}

/** What the SBOM of a package that was planned testifies about it. */
async function sbomFindings({ apk, claim }: Examined, plan: Plan | undefined): Promise<ClaimFinding[]> {
  if (apk === undefined || claim === undefined || claim.traits.sbomGenerator !== 'production') return [];
  const { recordFindings } = await import('../inference/production/record-findings.ts');
  const { witnessPaths } = await import('../inference/production/witness.ts');
  return recordFindings(
    busy(() => witnessPaths(apk, claim)),
    plan?.builder.sbomRecord ?? undefined,
  );
}
