/**
 * More builds of the same plan: repeated, and with one thing changed at a time. Packages of one build share them, and each gets the result
 * that it would have got alone: its own factors, its own number of builds, its own failures.
 */

import { busy } from '../busy.ts';
import { canonicalJson } from '../canonical.ts';
import type { SectionComparison } from '../compare/compare-sections.ts';
import { allDifferences } from '../compare/comparison.ts';
import type { Difference } from '../compare/difference.ts';
import { countDifferences, isComplete } from '../compare/difference-list.ts';
import type { RebuildRequest } from '../engine/engine.ts';
import type { Variation } from '../execute/variation.ts';
import type { BuildContext } from '../explain/causes/evidence.ts';
import type { Factor } from '../explain/factors.ts';
import {
  type HeldResult,
  isAmong,
  joinPlaces,
  type Place,
  placeOf,
  placesOf,
  type Triangulation,
  tooManyPlaces,
} from '../explain/triangulation.ts';
import { Failure, failureOfPackage } from '../failure.ts';
import { grouped, paired } from '../lists.ts';
import { buildIdentity } from '../plan/plan.ts';
import type { PackageResult } from '../verdict/result.ts';
import { decideOnBuilds, type Verdict } from '../verdict/verdict.ts';
import type { Judged } from './candidate.ts';
import { type FactorOutcome, factorOutcome, factorResult } from './factor-outcomes.ts';
import { type BegunBuild, BuildNumbers, type BuildOutcome, buildAgain, laterThan } from './further-builds.ts';
import { holdFactors } from './held-factors.ts';
import { failedCandidate } from './results.ts';
import { endsAll, type Run } from './run.ts';
import { holders, stabilities } from './shown-by-builds.ts';
import { suspectedFactors, vary } from './variations.ts';

/** What further builds have shown of one package so far. */
interface OwnBuilds {
  readonly judged: Judged;
  builds: number;
  unstable: readonly Place[];
  /** The factors that are varied for it. */
  wanted: readonly Factor[];
  readonly outcomes: Map<Factor, FactorOutcome>;
  /** Undefined where nothing was held. */
  held: readonly HeldResult[] | undefined;
  /** The failure of the first build that did not give a package; nothing more is built for it then. */
  failure: Failure | undefined;
}

/** The packages with what further builds show, where the first gave one. The version that was found for a package is part of its plan. */
export async function withFurtherBuilds(
  packages: readonly Judged[],
  request: RebuildRequest,
): Promise<readonly Judged[]> {
  const groups = grouped(packages.filter(canRepeat), ({ rebuilt }) =>
    busy(() => buildIdentity(rebuilt.plan)),
  );
  const results = new Map<Judged, PackageResult>();
  for (const own of groups.values())
    for (const { judged, result } of await triangulate(own, request)) results.set(judged, result);
  return packages.map((each) => ({
    ...each,
    result: results.get(each) ?? withoutFurtherBuilds(each.result),
  }));
}

/** The result of a package with unlisted differences: an unlisted one may be stable in our own builds, so nothing is said about further builds. */
function withoutFurtherBuilds(result: PackageResult): PackageResult {
  const sections = sectionsOf(result.verdict);
  if (isComplete(sections)) return result;
  return notCompared(result, tooManyPlaces(countDifferences(sections)));
}

function notCompared(result: PackageResult, { code, message }: Failure): PackageResult {
  const head =
    code === 'limit-exceeded'
      ? 'further builds were not compared'
      : 'a further build failed, so none was compared';
  return { ...result, caveats: [...result.caveats, `${head}: ${message}`] };
}

function canRepeat({ rebuilt, result }: Judged): boolean {
  if (rebuilt.outcome instanceof Failure || result.verdict.kind === 'internal') return false;
  return isComplete(sectionsOf(result.verdict));
}

/**
 * Further builds of packages whose plans share a build (`buildIdentity`). A build that fails is a caveat; a failure takes the place of
 * a result where the run was cancelled or the program has a defect.
 */
async function triangulate(
  packages: readonly Judged[],
  request: RebuildRequest,
): Promise<readonly { readonly judged: Judged; readonly result: PackageResult }[]> {
  const [first] = packages;
  if (first === undefined) return [];
  const { run } = first.candidate;
  // A factor is named only for what is stable without it, so at least one build must have been repeated.
  const builds = Math.max(2, run.builds.repeat);
  const numbers = BuildNumbers.of(builds, run.builds);
  const own = packages.map(
    (judged): OwnBuilds => ({
      judged,
      builds,
      unstable: [],
      wanted: [],
      outcomes: new Map(),
      held: undefined,
      failure: undefined,
    }),
  );
  try {
    await laterThan(first.rebuilt.facts, run.machine);
    for (let at = 1; at < builds; at++) await repeat(own, request, run, numbers);
    await varyFactors(own, request, run, numbers);
    // What changed with a factor may have changed with the time as well: a plain build at the end shows which.
    const changed = own.filter(({ outcomes }) =>
      [...outcomes.values()].some((outcome) => 'places' in outcome && outcome.places.length > 0),
    );
    for (const each of changed) each.builds += 1;
    await repeat(changed, request, run, numbers);
    const held = await holdFactors(
      own.filter(({ failure }) => failure === undefined),
      request,
      run,
      numbers,
    );
    for (const each of own) each.held = held.get(each.judged);
  } catch (thrown) {
    for (const each of own) each.failure = failureOfPackage(thrown, run.machine.signal);
    return Promise.all(own.map(async (each) => ({ judged: each.judged, result: await failedOn(each) })));
  }
  return Promise.all(
    own.map(async (each) => {
      const { candidate, rebuilt } = each.judged;
      const failed = (thrown: unknown) => failedCandidate(candidate, thrown, rebuilt);
      return { judged: each.judged, result: await resultOf(each, run).catch(failed) };
    }),
  );
}

async function resultOf(own: OwnBuilds, run: Run): Promise<PackageResult> {
  const { failure, judged } = own;
  if (failure === undefined) return withOwnBuilds(own);
  if (endsAll(failure, run)) return failedOn(own);
  return notCompared(judged.result, failure);
}

function failedOn({ failure, judged: { candidate, rebuilt } }: OwnBuilds): Promise<PackageResult> {
  return failedCandidate(candidate, failure, rebuilt);
}

async function repeat(
  own: readonly OwnBuilds[],
  request: RebuildRequest,
  run: Run,
  numbers: BuildNumbers,
): Promise<void> {
  await build(
    own,
    request,
    run,
    () => numbers.next(''),
    (each, outcome) => {
      if (outcome instanceof Failure) each.failure = outcome;
      else each.unstable = joinPlaces(each.unstable, outcome);
    },
  );
}

/** Builds once for all packages that still want a build. */
async function build(
  wanting: readonly OwnBuilds[],
  request: RebuildRequest,
  run: Run,
  begun: () => BegunBuild,
  tell: (own: OwnBuilds, outcome: BuildOutcome) => void,
): Promise<void> {
  const open = wanting.filter(({ failure }) => failure === undefined);
  if (open.length === 0) return;
  const outcomes = await buildAgain(
    open.map(({ judged }) => judged),
    request,
    run,
    begun(),
  );
  for (const [each, outcome] of paired(open, outcomes)) tell(each, outcome);
}

/** Builds each variation that some package wants once, for all packages that want it. */
async function varyFactors(
  own: readonly OwnBuilds[],
  request: RebuildRequest,
  run: Run,
  numbers: BuildNumbers,
): Promise<void> {
  for (const each of own) each.wanted = each.failure === undefined ? wantedFactors(run, each) : [];
  const variations = new Map<string, { readonly variation: Variation; readonly factors: Factor[] }>();
  for (const factor of new Set(own.flatMap(({ wanted }) => wanted))) {
    const varied = vary(factor, request.recipe, run);
    if ('why' in varied) {
      for (const { outcomes } of own) outcomes.set(factor, { notVaried: varied.why });
      continue;
    }
    const key = variationKey(varied.variation);
    const known = variations.get(key) ?? { variation: varied.variation, factors: [] };
    known.factors.push(factor);
    variations.set(key, known);
  }
  for (const { variation, factors } of variations.values()) {
    const wanting = own.filter(({ wanted }) => factors.some((factor) => wanted.includes(factor)));
    const begun = () => numbers.next(factors.join(', '));
    await build(wanting, { ...request, variation }, run, begun, (each, outcome) => {
      if (outcome instanceof Failure && endsAll(outcome, run)) each.failure = outcome;
      else for (const factor of factors) each.outcomes.set(factor, factorOutcome(outcome));
    });
  }
}

function wantedFactors({ builds }: Run, { judged: { result }, unstable }: OwnBuilds): readonly Factor[] {
  if (builds.vary !== 'auto') return builds.vary;
  return suspectedFactors(stableAmong(differencesOf(result.verdict), unstable));
}

/** The differences from the published file on which our own builds agree. */
function stableAmong(differences: readonly Difference[], unstable: readonly Place[]): Difference[] {
  const isUnstable = isAmong(differences, unstable);
  return differences.filter((each) => !isUnstable(each));
}

function variationKey({ environment, ...rest }: Variation): string {
  return canonicalJson({ ...rest, environment: [...(environment ?? [])].sort() });
}

function sectionsOf(verdict: Verdict): readonly SectionComparison[] {
  return ('comparison' in verdict ? verdict.comparison?.sections : undefined) ?? [];
}

function differencesOf(verdict: Verdict): readonly Difference[] {
  return allDifferences(sectionsOf(verdict));
}

/** A result with what further builds showed of its package. */
async function withOwnBuilds(own: OwnBuilds): Promise<PackageResult> {
  const { builds, unstable, wanted, outcomes, held } = own;
  const { result } = own.judged;
  const differences = differencesOf(result.verdict);
  const stable = stableAmong(differences, unstable);
  const known = new Set(stable);
  const stablePlaces = new Set(stable.map((each) => JSON.stringify(placeOf(each))));
  const publishedOnly = placesOf(differences).filter((place) => stablePlaces.has(JSON.stringify(place)));
  const triangulation: Triangulation = {
    builds,
    unstable,
    publishedOnly,
    factors: wanted.map((factor) => factorResult(factor, outcomes.get(factor)!, unstable, publishedOnly)),
    ...(held === undefined ? {} : { held }),
  };
  const verdict = decideOnBuilds(
    await explainedAgain(own.judged, {
      stability: stabilities(known, triangulation),
      heldBy: holders(differences, held ?? []),
    }),
    triangulation,
  );
  return { ...result, verdict, triangulation };
}

/** The verdict with the causes of what differs named again, knowing what further builds showed. */
async function explainedAgain(
  { candidate, rebuilt, result: { verdict } }: Judged,
  shown: Pick<BuildContext, 'stability' | 'heldBy'>,
): Promise<Verdict> {
  if (!('comparison' in verdict) || verdict.comparison === undefined) return verdict;
  const { explainAfterBuilds } = await import('./explain.ts');
  return {
    ...verdict,
    comparison: await explainAfterBuilds(verdict.comparison, { candidate, rebuilt }, shown),
  };
}
