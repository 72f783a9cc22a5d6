/** The flow: published files in, one verdict each out. Each line of `verifyBuild` is an arrow of docs/architecture.md. */
import type { StepObserver } from './build/steps.ts';
import type { ClaimFinding } from './claim/findings.ts';
import { mapConcurrently } from './concurrency.ts';
import { usualEngine } from './engine/choice.ts';
import { asFailure, Failure } from './failure.ts';
import type { RunOptions } from './flow/options.ts';
import { groupByBuild, type Prepared, prepare } from './flow/prepare.ts';
import { examineSubject, type OpenRun, openRun, unexamined } from './flow/subject.ts';
import { type Examined, isTarget, subjectOf, type Target } from './flow/target.ts';
import type { triangulate } from './flow/triangulate.ts';
import { type Plan, planIdentity } from './plan/plan.ts';
import { type PackageResult, type RunResult, runResult } from './verdict/result.ts';
import { verdictOfFailure } from './verdict/verdict.ts';

/** Verifies packages by file. Every one is judged; fails only with `usage` or `internal`. */
export async function verify(files: readonly string[], given: RunOptions): Promise<RunResult> {
  try {
    return await verifyOpened(files, await openRun(files, given));
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!(failure instanceof Failure) || failure.class === 'usage' || failure.class === 'internal')
      throw failure;
    return runResult(
      await Promise.all(files.map((file) => failedResult(unexamined(file, failure), failure))),
    );
  }
}

async function verifyOpened(
  files: readonly string[],
  { options, repositories }: OpenRun,
): Promise<RunResult> {
  const examined = await mapConcurrently(files, options.jobs, (file) => {
    options.onProgress({ kind: 'stage', subject: file, stage: 'read' });
    return examineSubject(file, repositories, options);
  });
  const results = new Map<Examined, PackageResult>();
  for (const each of examined) {
    if (!isTarget(each)) results.set(each, await failedResult(each, each.failure!));
  }
  const groups = groupByBuild(examined.filter(isTarget));
  await mapConcurrently(groups, options.jobs, async (targets) => {
    const opened = await repositories(targets[0]!.claim.architecture);
    for (const [target, result] of await verifyBuild(targets, opened, options)) results.set(target, result);
  });
  return runResult(examined.map((each) => results.get(each)!));
}

type Repositories = Parameters<typeof prepare>[1];

async function verifyBuild(
  targets: readonly Target[],
  repositories: Repositories,
  options: RunOptions,
): Promise<[Target, PackageResult][]> {
  const stage = (name: 'plan' | 'rebuild' | 'compare') =>
    options.onProgress({ kind: 'stage', subject: targets[0]!.claim.recipe.package.name, stage: name });
  let prepared: Prepared | undefined;
  try {
    stage('plan');
    prepared = await prepare(targets, repositories, options);
    stage('rebuild');
    const observer = observeSteps(targets[0]!.claim.recipe.package.name, options);
    const request = { ...prepared, machine: options.machine, observer: loadingJudge(observer) };
    const built = await (options.engine ?? usualEngine).rebuild(request);
    try {
      stage('compare');
      const { decideVersion } = await import('./flow/builder-version.ts');
      const { judge } = await import('./flow/judge.ts');
      const decided = await decideVersion(targets, prepared, built, options.machine);
      const { rebuilt } = decided;
      prepared = decided.prepared;
      const results = await Promise.all(
        targets.map(async (target, index): Promise<PackageResult> => {
          try {
            const known = await knownOf(target, prepared!.plans[index], prepared);
            return { ...known, ...(await judge(target, index, prepared!, rebuilt, options)) };
          } catch (thrown) {
            const failure = asFailure(thrown);
            if (!(failure instanceof Failure)) throw failure;
            return failedResult(target, failure, prepared!.plans[index], prepared);
          }
        }),
      );
      const triangulated = await withFurtherBuilds(results, { ...request, ...prepared }, rebuilt, options);
      return targets.map((target, index) => [target, triangulated[index]!]);
    } finally {
      await built.dispose();
    }
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!(failure instanceof Failure)) throw failure;
    return Promise.all(
      targets.map(
        async (target, index): Promise<[Target, PackageResult]> => [
          target,
          await failedResult(target, failure, prepared?.plans[index], prepared),
        ],
      ),
    );
  }
}

/** What comes after the steps is loaded while they run. */
function loadingJudge(observer: StepObserver): StepObserver {
  return {
    ...observer,
    begin(step) {
      void import('./flow/builder-version.ts');
      void import('./flow/judge.ts');
      observer.begin(step);
    },
  };
}

/** More builds, where any are wanted. */
const withFurtherBuilds: typeof triangulate = async (results, request, first, options) => {
  const { repeat = 1, vary = [] } = options;
  if (repeat < 2 && vary.length === 0) return results;
  return (await import('./flow/triangulate.ts')).triangulate(results, request, first, options);
};

async function failedResult(
  examined: Examined,
  failure: Failure,
  plan?: Plan,
  noticed?: Noticed,
): Promise<PackageResult> {
  const verdict = verdictOfFailure(failure);
  if (verdict === undefined) throw failure;
  return { ...(await knownOf(examined, plan, noticed)), verdict, sbom: undefined, caveats: [], skipped: [] };
}

/** What was noticed while a build was prepared. */
type Noticed = Pick<Prepared, 'findings' | 'substituted'>;

async function knownOf(examined: Examined, plan: Plan | undefined, noticed: Noticed | undefined) {
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
    plan: plan === undefined ? undefined : { identity: planIdentity(plan), plan },
    ...(substituted === undefined ? {} : { substituted }),
  };
}

/** What the SBOM of a package that was planned testifies about it. */
async function sbomFindings({ apk, claim }: Examined, plan: Plan | undefined): Promise<ClaimFinding[]> {
  if (apk === undefined || claim === undefined || claim.traits.sbomGenerator !== 'production') return [];
  const { recordFindings } = await import('./emit/sbom/production/findings.ts');
  const { witnessPaths } = await import('./emit/sbom/production/witness.ts');
  return recordFindings(witnessPaths(apk, claim), plan?.builder.sbomRecord ?? undefined);
}

/** Passes what the steps of a build do on to whoever watches the run. */
export function observeSteps(subject: string, { onProgress }: Pick<RunOptions, 'onProgress'>): StepObserver {
  return {
    begin: ({ package: name, position, label }) =>
      onProgress({ kind: 'step', subject: name, position, label }),
    output: ({ position }, bytes) => onProgress({ kind: 'output', subject, position, bytes }),
    end: () => undefined,
  };
}
