/**
 * The flow: published files in, one verdict each out. Every file is examined, planned and judged as if it were alone; files whose plans
 * give the same build share its steps and nothing else. Each line of `verifyBuild` is an arrow of docs/architecture.md.
 */

import { busy } from './busy.ts';
import { mapConcurrently } from './concurrency.ts';
import { type Machine, type RebuildRequest, withRebuilt } from './engine/engine.ts';
import type { StepObserver } from './execute/run-steps.ts';
import { type Built, type Candidate, type Judged, observeSteps, rebuildRequest } from './flow/candidate.ts';
import { replayed } from './flow/chosen-network.ts';
import { candidateFinder, isCandidate } from './flow/find-candidate.ts';
import { keepFailedRecording, keepRecordings } from './flow/recordings.ts';
import { failedCandidate, failedResult } from './flow/results.ts';
import type { Builds } from './flow/run.ts';
import type { RunOptions, Stage } from './flow/run-options.ts';
import type { Conversation } from './gateway/gateway.ts';
import { grouped, paired } from './lists.ts';
import { buildIdentity } from './plan/plan.ts';
import { type PackageResult, type RunResult, runResult } from './verdict/result.ts';

/**
 * Verifies packages by file. Each is judged, whatever happens to the others; fails only with `usage`. The watcher of results is told
 * of each as soon as it is known, in whatever order that is.
 */
export async function verify(subjects: readonly string[], given: RunOptions): Promise<RunResult> {
  const { machine, jobs, onProgress } = given;
  const watcher = { onProgress, signal: machine.signal };
  const results: PackageResult[] = new Array(subjects.length);
  const settle = async (at: number, result: PackageResult) => {
    results[at] = result;
    await given.onResult?.(result, at);
  };
  const find = candidateFinder(given, 'build');
  const found = await mapConcurrently([...subjects.entries()], jobs, async ([at, subject]) => {
    const each = await find(machine.inputs.name(subject), at);
    if (isCandidate(each)) return [{ at, candidate: each }];
    await settle(at, await failedResult(each.examined, each.failure, watcher));
    return [];
  });
  const builds = grouped(found.flat(), ({ candidate }) => busy(() => buildIdentity(candidate.prepared.plan)));
  await mapConcurrently([...builds.values()], jobs, async ([first, ...others]) => {
    const places = new Map([first, ...others].map(({ at, candidate }) => [candidate, at]));
    const candidates = [first.candidate, ...others.map(({ candidate }) => candidate)] as const;
    const tell = (stage: Stage) => tellStage(candidates[0], stage, [...places.values()]);
    for (const { candidate, result } of await verifyBuild(candidates, tell))
      await settle(places.get(candidate)!, result);
  });
  return runResult(results);
}

type Ended = Pick<Judged, 'candidate' | 'result'>;

/** Builds once and judges each package on its own. */
async function verifyBuild(
  candidates: readonly [Candidate, ...Candidate[]],
  tell: (stage: Stage) => void,
): Promise<readonly Ended[]> {
  const [first] = candidates;
  const { builds } = first.run;
  let conversation: Conversation | undefined;
  try {
    tell('rebuild');
    const onConversation = (heard: Conversation) => {
      conversation ??= heard;
    };
    const request = { ...rebuildRequest(candidates, loadingJudge(first)), onConversation };
    return await withRebuilt(builds.engine, request, async (packages) => {
      await keepRecordings(candidates, request.network, packages[0]?.conversation);
      tell('compare');
      const built = paired(candidates, packages).map(([candidate, rebuilt]) => ({ candidate, rebuilt }));
      const judged = await Promise.all(built.map(judgePackage));
      const again = { ...request, network: replayed(request.network, packages[0]?.conversation) };
      const more = await offeringFixes(await buildingMore(judged, again, builds), again);
      return disassembling(more, first.run.machine);
    });
  } catch (thrown) {
    keepFailedRecording(first, conversation);
    return Promise.all(
      candidates.map(async (candidate) => ({
        candidate,
        result: await failedCandidate(candidate, thrown, { conversation }),
      })),
    );
  }
}

async function buildingMore(
  judged: readonly Judged[],
  request: RebuildRequest,
  { repeat, vary, pin }: Builds,
): Promise<readonly Judged[]> {
  if (repeat < 2 && vary.length === 0 && pin.length === 0) return judged;
  const { withFurtherBuilds } = await import('./flow/triangulate.ts');
  return withFurtherBuilds(judged, request);
}

async function offeringFixes(judged: readonly Judged[], request: RebuildRequest): Promise<readonly Judged[]> {
  if (judged.every(({ result }) => !('comparison' in result.verdict))) return judged;
  const { withFixes } = await import('./flow/offer-fixes.ts');
  return withFixes(judged, request);
}

/** Shows instructions in the end, so that nothing takes them for what the files hold. */
async function disassembling(judged: readonly Judged[], { objdump }: Machine): Promise<readonly Judged[]> {
  if (objdump === undefined || judged.every(({ result }) => !('comparison' in result.verdict))) return judged;
  const { withDisassembly } = await import('./flow/disassembly.ts');
  return withDisassembly(judged, objdump);
}

/** Decides by which version's rules the package is emitted, compares and judges it. */
async function judgePackage(first: Built): Promise<Judged> {
  let built = first;
  const result = async (): Promise<PackageResult> => {
    const { decideBuilder } = await import('./flow/decide-builder.ts');
    const { judge } = await import('./flow/judge.ts');
    built = await decideBuilder(first);
    return judge(built);
  };
  const judged = await result().catch(async (thrown: unknown): Promise<PackageResult> => {
    const { scan } = built.rebuilt;
    const failed = await failedCandidate(built.candidate, thrown, built.rebuilt);
    return scan === undefined ? failed : { ...failed, scan };
  });
  return { ...built, result: judged };
}

function tellStage({ target, run }: Candidate, stage: Stage, places: readonly number[]): void {
  run.watch.onProgress({ kind: 'stage', subject: target.claim.recipe.package.name, stage, places });
}

/** Loads what comes after the steps while they run. */
function loadingJudge({ target, run }: Candidate): StepObserver {
  const observer = observeSteps(target.claim.recipe.package.name, run.watch);
  return {
    ...observer,
    begin(step) {
      void import('./flow/decide-builder.ts');
      void import('./flow/judge.ts');
      observer.begin(step);
    },
  };
}
