/** Results of packages that were not judged, with everything that is known of them. */
import { busy } from '../busy.ts';
import { boundedFindings, type ClaimFinding } from '../claim/findings.ts';
import type { Emulation } from '../execute/processor/processor.ts';
import { Failure, failureOfPackage, refusedPath } from '../failure.ts';
import type { Conversation } from '../gateway/gateway.ts';
import { type Plan, planIdentity, withTranscript } from '../plan/plan.ts';
import { transcriptDigest } from '../transcript/transcript.ts';
import type { PackageResult } from '../verdict/result.ts';
import { verdictOfFailure } from '../verdict/verdict.ts';
import { type Candidate, emulationOfCandidate, isolationOf } from './candidate.ts';
import { networkFindings, networkSummary } from './network-summary.ts';
import type { Prepared } from './prepare.ts';
import type { RunOptions } from './run-options.ts';
import { type Examined, subjectOf } from './target.ts';

/** Everything that holds with or without a rebuild to compare with. */
type Known = Pick<
  PackageResult,
  'file' | 'taken' | 'subject' | 'chain' | 'findings' | 'plan' | 'substituted' | 'emulation' | 'caveats'
>;

/** How far a package got: its plan and what was noticed, as far as they exist. */
export interface Progressed {
  readonly plan: Plan | undefined;
  readonly prepared: Prepared | undefined;
  /** What ran its programs, if anything did. */
  readonly emulation: Emulation | undefined;
}

const notPlanned: Progressed = { plan: undefined, prepared: undefined, emulation: undefined };

export async function knownOf(examined: Examined, { plan, prepared, emulation }: Progressed): Promise<Known> {
  const substituted = prepared?.inputs.substituted;
  return {
    file: examined.file,
    ...(examined.taken === undefined ? {} : { taken: examined.taken }),
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
    ...(emulation === undefined ? {} : { emulation }),
    // What the user accepted also weakens the statement about a build that failed.
    caveats: [...examined.caveats, ...(prepared?.inputs.caveats ?? [])],
  };
}

/** The watcher of a run: it receives defects and can cancel the run. */
export interface Watcher {
  readonly onProgress: RunOptions['onProgress'];
  readonly signal: AbortSignal;
}

/**
 * The result of a package that was not judged, by what was thrown: failures become results only here. A defect is reported to
 * the watcher with its place. Throws `usage`, which concerns the whole run.
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

/** What a build that came to nothing left. */
export interface Left {
  /** The plan by which it was built, where that is not the candidate's. */
  readonly plan?: Plan | undefined;
  /** What the steps asked of the network. */
  readonly conversation?: Conversation | undefined;
}

/** The result of a package that could be built and was not judged. */
export async function failedCandidate(
  candidate: Candidate,
  thrown: unknown,
  { conversation, plan: built }: Left = {},
): Promise<PackageResult> {
  const { target, prepared } = candidate;
  const plan = planOf(built ?? prepared.plan, conversation);
  const { machine, watch } = candidate.run;
  const watcher = { onProgress: watch.onProgress, signal: machine.signal };
  const progressed = { plan, prepared, emulation: emulationOfCandidate(candidate) };
  const failed = await failedResult(target, thrown, watcher, progressed);
  const result = { ...failed, ...isolationOf(candidate) };
  if (conversation === undefined || machine.signal.aborted) return result;
  try {
    const network = await networkSummary(candidate, conversation);
    return {
      ...result,
      network,
      findings: [...result.findings, ...boundedFindings(networkFindings(network))],
    };
  } catch (later) {
    // The store may have lost an answer meanwhile.
    return later instanceof Failure ? result : failedResult(target, later, watcher, progressed);
  }
}

/** The plan with the transcript that the steps were given, or made. */
function planOf(plan: Plan, conversation: Conversation | undefined): Plan {
  if (conversation === undefined || plan.network?.kind !== 'gateway') return plan;
  return withTranscript(plan, transcriptDigest(conversation.transcript));
}

function ended(known: Known, failure: Failure, { onProgress }: Watcher): PackageResult {
  const verdict = verdictOfFailure(failure);
  const path = refusedPath(failure);
  if (path !== undefined) onProgress({ kind: 'warning', text: `${known.file}: ${failure.message}: ${path}` });
  if (verdict === undefined) throw failure;
  if (verdict.kind === 'internal')
    onProgress({ kind: 'defect', subject: known.file, thrown: failure.cause ?? failure });
  return { ...known, verdict, sbom: undefined, skipped: [] };
}

/** The findings about the SBOM of a package that was planned. */
async function sbomFindings({ apk, claim }: Examined, plan: Plan | undefined): Promise<ClaimFinding[]> {
  if (apk === undefined || claim === undefined || claim.traits.sbomGenerator !== 'production') return [];
  const { recordFindings } = await import('../inference/production/record-findings.ts');
  const { witnessPaths } = await import('../inference/production/witness.ts');
  return recordFindings(
    busy(() => witnessPaths(apk, claim)),
    plan?.builder.sbomRecord ?? undefined,
  );
}
