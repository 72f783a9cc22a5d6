/** What is known of a package, whatever became of it, as a result. */
import { busy } from '../busy.ts';
import type { ClaimFinding } from '../claim/findings.ts';
import { type Failure, failureOfPackage } from '../failure.ts';
import { type Plan, planIdentity } from '../plan/plan.ts';
import type { PackageResult } from '../verdict/result.ts';
import { verdictOfFailure } from '../verdict/verdict.ts';
import type { RunOptions } from './options.ts';
import type { Prepared } from './prepare.ts';
import { type Examined, subjectOf } from './target.ts';

/** What was noticed while a package was planned. */
type Noticed = Pick<Prepared, 'findings' | 'substituted'>;

/** Everything that holds whether or not there is a rebuild to compare with. */
type Known = Pick<PackageResult, 'file' | 'subject' | 'chain' | 'findings' | 'plan' | 'substituted'>;

/** The plan and what was noticed are given as far as they were made. */
export async function knownOf(
  examined: Examined,
  plan: Plan | undefined,
  noticed: Noticed | undefined,
): Promise<Known> {
  const { findings = [], substituted } = noticed ?? {};
  return {
    file: examined.file,
    subject: subjectOf(examined),
    chain: examined.chain,
    findings: [
      ...(examined.claim?.findings ?? []),
      ...(await sbomFindings(examined, plan)),
      ...examined.noticed,
      ...findings,
    ],
    plan: plan === undefined ? undefined : { identity: busy(() => planIdentity(plan)), plan },
    ...(substituted === undefined ? {} : { substituted }),
  };
}

/** The result of a package that was not judged. A defect is told to whoever watches, with where it is. */
export async function failedResult(
  examined: Examined,
  failure: Failure,
  { onProgress, machine }: Pick<RunOptions, 'onProgress' | 'machine'>,
  plan?: Plan,
  noticed?: Noticed,
): Promise<PackageResult> {
  try {
    const known = await knownOf(examined, plan, noticed);
    return ended(known, failure, onProgress);
  } catch (thrown) {
    const { file, chain } = examined;
    const bare = { file, subject: subjectOf(examined), chain, findings: [], plan: undefined };
    return ended(bare, failureOfPackage(thrown, machine.signal), onProgress);
  }
}

function ended(known: Known, failure: Failure, onProgress: RunOptions['onProgress']): PackageResult {
  const verdict = verdictOfFailure(failure);
  if (verdict === undefined) throw failure;
  if (verdict.kind === 'internal')
    onProgress({ kind: 'defect', subject: known.file, thrown: failure.cause ?? failure });
  return { ...known, verdict, sbom: undefined, caveats: [], skipped: [] };
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
