/** Builds with factors held: for what is unstable by itself, they show what makes it stable. */
import { allDifferences } from '../compare/comparison.ts';
import type { Difference } from '../compare/difference.ts';
import type { RebuildRequest } from '../engine/engine.ts';
import type { Variation } from '../execute/variation.ts';
import type { Factor } from '../explain/factors.ts';
import { type HeldResult, isAmong, type Place, withoutPlaces } from '../explain/triangulation.ts';
import { Failure } from '../failure.ts';
import type { PackageResult } from '../verdict/result.ts';
import type { Judged } from './candidate.ts';
import { type BuildNumbers, buildHeld, type HeldBuilds } from './further-builds.ts';
import { endsAll, type Run } from './run.ts';
import { factorsToHold, pin, together } from './variations.ts';

/** A package, and the places where builds of our own differ from each other. */
export interface UnstablePackage {
  readonly judged: Judged;
  readonly unstable: readonly Place[];
}

/** Holds factors for packages that share a build, and tells each what was found. Nothing is built where nothing is unstable, or where everything has a name. */
export async function holdFactors(
  packages: readonly UnstablePackage[],
  request: RebuildRequest,
  run: Run,
  numbers: BuildNumbers,
): Promise<ReadonlyMap<Judged, readonly HeldResult[]>> {
  const results = new Map<Judged, HeldResult[]>(packages.map(({ judged }) => [judged, []]));
  const tell = (judged: Judged, result: HeldResult) => results.get(judged)!.push(result);
  const asked = new Map(packages.map((each) => [each, wanted(each, run)] as const));
  const held = new Map<Factor, Variation>();
  for (const factor of new Set([...asked.values()].flat())) {
    const own = pin(factor, request.recipe, run);
    if ('variation' in own) held.set(factor, own.variation);
    else if (run.builds.pin !== 'unnamed')
      for (const [{ judged }, factors] of asked)
        if (factors.includes(factor)) tell(judged, { held: [factor], outcome: 'not-held', why: own.why });
  }
  const open = packages.filter((each) => asked.get(each)!.some((factor) => held.has(factor)));
  if (open.length === 0) return results;
  const hold = async (factors: readonly Factor[]) => {
    const variation = together(factors.map((factor) => held.get(factor)!));
    const judged = open.map((each) => each.judged);
    const begun = numbers.next(`${factors.join(', ')} held`, 2);
    const outcomes = await buildHeld(judged, { ...request, variation }, run, begun);
    const ending = outcomes.find((each) => each instanceof Failure && endsAll(each, run));
    if (ending !== undefined) throw ending;
    const found = open.map((each, at) => resultOf(factors, outcomes[at]!, each));
    for (const [at, each] of open.entries()) tell(each.judged, found[at]!);
    return found;
  };
  await holdEach([...held.keys()], hold, Array.isArray(run.builds.pin));
  return results;
}

/**
 * Holds each factor alone. Where they were chosen and are several, all of them are held together first: if nothing agrees then, none of them
 * alone is the reason, and two builds are all that it costs. It ends where one of them alone does what all of them together did.
 */
async function holdEach(
  factors: readonly Factor[],
  hold: (factors: readonly Factor[]) => Promise<readonly HeldResult[]>,
  named: boolean,
): Promise<void> {
  const most = named || factors.length < 2 ? undefined : (await hold(factors)).map(countOf);
  if (most?.every((count) => count === 0)) return;
  for (const factor of factors) {
    const found = await hold([factor]);
    if (most !== undefined && found.every((each, at) => (countOf(each) ?? 0) >= (most[at] ?? Infinity)))
      return;
  }
}

/** The number of places that agree; undefined where the builds did not come about. */
function countOf(result: HeldResult): number | undefined {
  if (result.outcome === 'agrees') return result.agreeing.length;
  return result.outcome === 'no-change' ? 0 : undefined;
}

function wanted({ judged, unstable }: UnstablePackage, { builds: { pin: asked } }: Run): readonly Factor[] {
  if (asked !== 'auto' && asked !== 'unnamed') return asked;
  if (unstable.length === 0) return [];
  const differences = unstableDifferences(judged.result, unstable);
  const unnamed = differences.filter(({ causes = [] }) => causes.every(({ kind }) => kind === 'unknown'));
  if (asked === 'unnamed') return unnamed.length === 0 ? [] : factorsToHold(unnamed);
  return factorsToHold(differences);
}

function unstableDifferences({ verdict }: PackageResult, unstable: readonly Place[]): readonly Difference[] {
  const sections = ('comparison' in verdict ? verdict.comparison?.sections : undefined) ?? [];
  const differences = allDifferences(sections).filter(({ followsFrom }) => followsFrom === undefined);
  return differences.filter(isAmong(differences, unstable));
}

function resultOf(
  held: readonly Factor[],
  outcome: HeldBuilds | Failure,
  { unstable }: UnstablePackage,
): HeldResult {
  if (outcome instanceof Failure) return { held, outcome: 'build-failed', why: outcome.message };
  // A name that is drawn again is a different place in each build, so a place under such a name shows nothing while others still do not agree.
  const drawn = outcome.between.some(isPresence);
  const names = new Set(drawn ? unstable.filter(isPresence).map(({ path }) => path) : []);
  const stable = withoutPlaces(unstable, outcome.between).filter(({ path }) => !names.has(path));
  if (stable.length === 0) return { held, outcome: 'no-change' };
  return {
    held,
    outcome: 'agrees',
    agreeing: stable,
    asPublished: withoutPlaces(stable, outcome.fromPublished),
  };
}

function isPresence({ kind }: Place): boolean {
  return kind === 'missing-entry' || kind === 'extra-entry' || kind === 'moved';
}
