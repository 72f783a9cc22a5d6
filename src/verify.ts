/**
 * The flow: published files in, one verdict each out. Every file is examined, planned and judged as if it were alone; files whose plans
 * give the same build share its steps and nothing else. Each line of `verifyBuild` is an arrow of docs/architecture.md.
 */

import { busy } from './busy.ts';
import { mapConcurrently } from './concurrency.ts';
import { usualEngine } from './engine/choice.ts';
import type { RebuildRequest } from './engine/engine.ts';
import type { StepObserver } from './execute/steps.ts';
import { Failure, failureOfPackage } from './failure.ts';
import { type BuiltPackage, builtPackage } from './flow/built-package.ts';
import type { RunOptions } from './flow/options.ts';
import { type Planner, type Prepared, packagePlanner } from './flow/prepare.ts';
import { failedResult, knownOf } from './flow/results.ts';
import { examineSubject, type OpenRun, runOpener, unexamined } from './flow/subject.ts';
import { isTarget, type Target } from './flow/target.ts';
import type { JudgedPackage } from './flow/triangulate.ts';
import { grouped } from './lists.ts';
import type { PackageName } from './names.ts';
import { buildIdentity, type Plan } from './plan/plan.ts';
import { type PackageResult, type RunResult, runResult } from './verdict/result.ts';

/** Verifies packages by file. Every one is judged, whatever becomes of the others; fails only with `usage`. */
export async function verify(subjects: readonly string[], given: RunOptions): Promise<RunResult> {
  const files = subjects.map((subject) => given.machine.inputs.name(subject));
  const open = runOpener(given);
  const plannerOf = remembered(({ options }: OpenRun) => packagePlanner(options));
  const found = await mapConcurrently(files, given.jobs, (file) => plan(file, open, plannerOf, given));
  const results = new Map<Candidate, PackageResult>();
  const groups = groupByBuild(found.filter(isCandidate), ({ prepared }) => prepared.plan);
  await mapConcurrently(groups, given.jobs, async (candidates) => {
    const judged = await verifyBuild(candidates);
    for (const [index, candidate] of candidates.entries()) results.set(candidate, judged[index]!);
  });
  return runResult(found.map((each) => (isCandidate(each) ? results.get(each)! : each)));
}

/** A package that can be built, with how. */
interface Candidate {
  readonly target: Target;
  readonly prepared: Prepared;
  readonly options: RunOptions;
}

function isCandidate(found: Candidate | PackageResult): found is Candidate {
  return 'prepared' in found;
}

/** Examines and plans one package; its result where that cannot be done. */
async function plan(
  file: string,
  open: ReturnType<typeof runOpener>,
  plannerOf: (run: OpenRun) => Planner,
  given: RunOptions,
): Promise<Candidate | PackageResult> {
  let examined = unexamined(file, undefined);
  try {
    given.onProgress({ kind: 'stage', subject: file, stage: 'read' });
    const run = await open(file);
    const { options, repositories } = run;
    examined = await examineSubject(file, repositories, options);
    if (!isTarget(examined)) return await failedResult(examined, examined.failure!, options);
    stage(examined, options, 'plan');
    const prepared = await plannerOf(run)(examined, await repositories(examined.claim.architecture));
    return { target: examined, prepared, options };
  } catch (thrown) {
    return failedResult(examined, failureOfPackage(thrown, given.machine.signal), given);
  }
}

function remembered<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

function stage({ claim }: Target, { onProgress }: RunOptions, name: 'plan' | 'rebuild' | 'compare'): void {
  onProgress({ kind: 'stage', subject: claim.recipe.package.name, stage: name });
}

/** Values that share a build, in the order given. */
function groupByBuild<V>(values: readonly V[], planOf: (value: V) => Plan): V[][] {
  return [...grouped(values, (value) => busy(() => buildIdentity(planOf(value)))).values()];
}

/** Builds once and judges each package on its own, in the order given. */
async function verifyBuild(candidates: readonly Candidate[]): Promise<readonly PackageResult[]> {
  const [{ target, prepared, options }] = candidates as [Candidate];
  try {
    stage(target, options, 'rebuild');
    const observer = observeSteps(target.claim.recipe.package.name, options);
    const request = { ...prepared, machine: options.machine, observer: loadingJudge(observer) };
    const plans = candidates.map((each) => each.prepared.plan);
    const rebuilt = await (options.engine ?? usualEngine).rebuild({ ...request, plans });
    try {
      stage(target, options, 'compare');
      const judged = await Promise.all(
        candidates.map((each, index) => judgeCandidate(each, builtPackage(rebuilt, index, plans[index]!))),
      );
      return await withFurtherBuilds(candidates, judged, request);
    } finally {
      await rebuilt.dispose();
    }
  } catch (thrown) {
    const failure = failureOfPackage(thrown, options.machine.signal);
    return Promise.all(candidates.map((each) => failedCandidate(each, failure, each.prepared)));
  }
}

function failedCandidate(
  { target, prepared, options }: Candidate,
  failure: Failure,
  { plan: carriedOut }: Pick<BuiltPackage, 'plan'>,
): Promise<PackageResult> {
  return failedResult(target, failure, options, carriedOut, prepared);
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

async function judgeCandidate(candidate: Candidate, first: BuiltPackage): Promise<JudgedPackage> {
  const { target, prepared, options } = candidate;
  let built = first;
  try {
    const { decideVersion } = await import('./flow/builder-version.ts');
    const { judge } = await import('./flow/judge.ts');
    built = await decideVersion(target, prepared, first, options.machine);
    const known = await knownOf(target, built.plan, prepared);
    return { built, result: { ...known, ...(await judge(target, prepared, built, options)) } };
  } catch (thrown) {
    const failure = failureOfPackage(thrown, options.machine.signal);
    return { built, result: await failedCandidate(candidate, failure, built) };
  }
}

/** More builds, where any are wanted and the first gave a package. */
async function withFurtherBuilds(
  candidates: readonly Candidate[],
  judged: readonly JudgedPackage[],
  request: Omit<RebuildRequest, 'plans'>,
): Promise<readonly PackageResult[]> {
  const results = judged.map(({ result }) => result);
  const { repeat = 1, vary = [] } = candidates[0]!.options;
  if (repeat < 2 && vary.length === 0) return results;
  const { triangulate } = await import('./flow/triangulate.ts');
  // The version that was found for a package is part of its plan from now on.
  const repeatable = [...judged.keys()].filter((index) => canRepeat(judged[index]!));
  for (const open of groupByBuild(repeatable, (index) => judged[index]!.built.plan)) {
    const found = await triangulate(
      open.map((index) => judged[index]!),
      request,
      candidates[0]!.options,
    );
    for (const [at, index] of open.entries()) {
      const each = found[at]!;
      results[index] =
        each instanceof Failure
          ? await failedCandidate(candidates[index]!, each, judged[index]!.built)
          : each;
    }
  }
  return results;
}

function canRepeat({ built, result }: JudgedPackage): boolean {
  return !(built.emitted instanceof Failure) && result.verdict.kind !== 'internal';
}

/** Passes what the steps of a build do on to whoever watches the run. */
export function observeSteps(
  subject: PackageName,
  { onProgress }: Pick<RunOptions, 'onProgress'>,
): StepObserver {
  return {
    begin: ({ package: name, position, label }) =>
      onProgress({ kind: 'step', subject: name, position, label }),
    output: ({ position }, bytes) => onProgress({ kind: 'output', subject, position, bytes }),
    end: () => undefined,
  };
}
