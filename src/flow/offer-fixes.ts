/** What can be done about what differs, and whether it helps: the last thing that is found out about a package. */
import { controlFile } from '../apk/apk.ts';
import { decodeBytes } from '../bytes.ts';
import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { allDifferences } from '../compare/comparison.ts';
import { type RebuildRequest, withRebuilt } from '../engine/engine.ts';
import { findFixes, joined } from '../explain/fixes/find-fixes.ts';
import type { BeforeFix, Fixes, FixTrial, LineChange } from '../explain/fixes/fixes.ts';
import type { Place } from '../explain/triangulation.ts';
import { Failure, failureOfPackage } from '../failure.ts';
import { placedSteps } from '../plan/planned-steps.ts';
import type { PackageResult } from '../verdict/result.ts';
import type { Judged } from './candidate.ts';
import { BuildNumbers, laterThan, placesOfPackage, tellBuild } from './further-builds.ts';
import { failedCandidate } from './results.ts';
import { endsAll, type Run } from './run.ts';

/** Packages with what can be done about what differs in them. Where it was asked for, each is built twice with that done. */
export async function withFixes(
  packages: readonly Judged[],
  request: RebuildRequest,
): Promise<readonly Judged[]> {
  const done: Judged[] = [];
  for (const judged of packages) {
    const result = await resultWithFixes(judged, request).catch((thrown: unknown) =>
      failedCandidate(judged.candidate, thrown, judged.rebuilt),
    );
    done.push({ ...judged, result });
  }
  return done;
}

/** Fails only where the run was cancelled or the program has a defect, which costs this package its verdict and no other. */
async function resultWithFixes(judged: Judged, request: RebuildRequest): Promise<PackageResult> {
  const fixes = fixesOf(judged);
  if (fixes === undefined) return judged.result;
  const trial = await trialOf(judged, fixes, request);
  return { ...judged.result, fixes: trial === undefined ? fixes : { ...fixes, trial } };
}

/** Undefined where nothing differs, or nothing can be done. */
function fixesOf({ candidate, result: { verdict } }: Judged): Fixes | undefined {
  if (!('comparison' in verdict) || verdict.comparison === undefined) return undefined;
  const { target, prepared } = candidate;
  const text = controlFile(target.apk, '.melange.yaml');
  const found = findFixes(
    allDifferences(verdict.comparison.sections),
    placedSteps(prepared.inputs.recipe).map(({ step, ...place }) => ({ ...place, runs: step.runs })),
    text === undefined ? undefined : decodeBytes(text),
  );
  return found.fixes.length === 0 ? undefined : found;
}

/** Builds a package twice with its steps changed and compares the two. What is built is not the plan, so the published file is not compared with it. */
async function trialOf(
  judged: Judged,
  { fixes }: Fixes,
  request: RebuildRequest,
): Promise<FixTrial | undefined> {
  const { run } = judged.candidate;
  if (!run.builds.tryFix) return undefined;
  const changes = joined(fixes.flatMap((fix) => fix.changes));
  if (changes.length === 0)
    return { outcome: 'not-tried', why: 'no line of the recipe is known to be the reason' };
  if (run.builds.engine.name !== 'builtin')
    return { outcome: 'not-tried', why: `engine ${run.builds.engine.name} takes the recipe as it is` };
  const changed = { ...request, recipe: withChanges(request.recipe, changes), plans: [judged.rebuilt.plan] };
  try {
    const places = await placesBuiltTwice(judged, changed, run);
    return places.length === 0
      ? { outcome: 'stable', before: beforeFix(judged) }
      : { outcome: 'unstable', places };
  } catch (thrown) {
    const failure = failureOfPackage(thrown, run.machine.signal);
    if (endsAll(failure, run)) throw failure;
    return failure.class === 'build-failed'
      ? { outcome: 'build-failed', why: failure.message }
      : { outcome: 'not-tried', why: failure.message };
  }
}

function beforeFix({ result: { triangulation } }: Judged): BeforeFix {
  if (triangulation === undefined) return 'unknown';
  return triangulation.unstable.length > 0 ? 'unstable' : 'stable';
}

function placesBuiltTwice(
  judged: Judged,
  request: RebuildRequest,
  { builds: { engine }, machine, watch }: Run,
): Promise<readonly Place[]> {
  const numbers = new BuildNumbers(3);
  tellBuild([judged], watch, numbers.next('fix'));
  return withRebuilt(engine, request, async ([first]) => {
    if (first!.outcome instanceof Failure) throw first!.outcome;
    await laterThan(first!.facts, machine);
    tellBuild([judged], watch, numbers.next('fix'));
    return withRebuilt(engine, request, ([second]) => placesOfPackage(first!.outcome, second!.outcome));
  });
}

/** The recipe with lines of its steps changed. */
function withChanges(recipe: Recipe, changes: readonly LineChange[]): Recipe {
  const changedSteps = (of: string, steps: readonly Step[], prefix: string): Step[] =>
    steps.map((step, index) => {
      const position = `${prefix}${index + 1}`;
      const own = changes.filter((each) => each.package === of && each.position === position);
      const lines = step.runs.split('\n');
      for (const { line, becomes } of own) lines[line - 1] = becomes;
      return { ...step, runs: lines.join('\n'), pipeline: changedSteps(of, step.pipeline, `${position}.`) };
    });
  return {
    ...recipe,
    pipeline: changedSteps(recipe.package.name, recipe.pipeline, ''),
    subpackages: recipe.subpackages.map((each) => ({
      ...each,
      pipeline: changedSteps(each.name, each.pipeline, ''),
    })),
  };
}
