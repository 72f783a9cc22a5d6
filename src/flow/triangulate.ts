/** More builds of the same plan: repeated, and with one thing changed at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteSource } from '../apk/apk.ts';
import { secondsNow } from '../build/facts.ts';
import type { Variation } from '../build/variation.ts';
import { allDifferences } from '../compare/comparison.ts';
import type { Difference } from '../compare/difference.ts';
import {
  type Factor,
  type FactorResult,
  joinPlaces,
  type Place,
  placeOf,
  placesBetween,
  placesOf,
  type Triangulation,
  withoutPlaces,
} from '../compare/triangulation.ts';
import { packageSource } from '../emit/package.ts';
import { usualEngine } from '../engine/choice.ts';
import type { RebuildRequest, Rebuilt } from '../engine/engine.ts';
import { Failure } from '../failure.ts';
import { canonicalJson } from '../plan/canonical.ts';
import type { PackageResult } from '../verdict/result.ts';
import { decideOnBuilds, type Verdict } from '../verdict/verdict.ts';
import type { RunOptions } from './options.ts';
import { suspectedFactors, vary } from './variations.ts';

/** What further builds showed of each package of one build, in the order of the plans. */
interface OwnBuilds {
  readonly builds: number;
  readonly unstable: readonly (readonly Place[])[];
  readonly factors: readonly { readonly factor: Factor; readonly outcomes: readonly FactorOutcome[] }[];
}

/** The results of one build with what further builds show. One that fails is a caveat. */
export async function triangulate(
  results: readonly PackageResult[],
  request: RebuildRequest,
  first: Rebuilt,
  options: RunOptions,
): Promise<readonly PackageResult[]> {
  try {
    const own = await buildMore(results, request, first, options);
    return results.map((result, index) => withOwnBuilds(result, own, index));
  } catch (failure) {
    if (!(failure instanceof Failure) || options.machine.signal.aborted) throw failure;
    const caveat = `a further build failed, so none was compared: ${failure.message}`;
    return results.map((result) => ({ ...result, caveats: [...result.caveats, caveat] }));
  }
}

/** Builds again, then once for each factor, each compared with the first build and thrown away. Builds that would be the same run once. */
async function buildMore(
  results: readonly PackageResult[],
  request: RebuildRequest,
  first: Rebuilt,
  options: RunOptions,
): Promise<OwnBuilds> {
  const build = (variation?: Variation) => placesOfBuild(request, first, variation, options);
  // A factor is named for what is otherwise stable, so at least one build must have been repeated.
  let builds = Math.max(2, options.repeat ?? 1);
  let unstable: readonly (readonly Place[])[] = request.plans.map(() => []);
  const addUnstable = (places: readonly (readonly Place[])[]) => {
    unstable = unstable.map((known, index) => joinPlaces(known, places[index]!));
  };
  await laterThan(first, options);
  for (let at = 1; at < builds; at++) addUnstable(await build());
  const factors = await outcomesOfFactors(wantedFactors(options, results, unstable), request, options, build);
  // What changed with a factor may have changed with the time, too: a plain build at the end tells.
  const changed = factors.some(({ outcomes }) =>
    outcomes.some((each) => 'places' in each && each.places.length > 0),
  );
  if (changed) {
    builds += 1;
    addUnstable(await build());
  }
  return { builds, unstable, factors };
}

/** Two seconds, which is as exact as the coarsest clock of an archive (zip), so that what holds the time differs. */
const clockSeconds = 2;

async function laterThan({ facts }: Rebuilt, { machine }: RunOptions): Promise<void> {
  if (facts === undefined) return;
  const milliseconds = (facts.ended + clockSeconds) * 1000 - secondsNow() * 1000;
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: machine.signal });
}

function wantedFactors(
  { vary: chosen = [] }: Pick<RunOptions, 'vary'>,
  results: readonly PackageResult[],
  unstable: readonly (readonly Place[])[],
): readonly Factor[] {
  if (chosen !== 'auto') return chosen;
  return suspectedFactors(
    results.flatMap(({ verdict }, index) =>
      differencesOf(verdict).filter((each) => withoutPlaces([placeOf(each)], unstable[index]!).length > 0),
    ),
  );
}

async function outcomesOfFactors(
  factors: readonly Factor[],
  request: RebuildRequest,
  options: RunOptions,
  build: (variation: Variation) => Promise<readonly (readonly Place[])[]>,
): Promise<OwnBuilds['factors']> {
  const shared = new Map<string, Promise<readonly FactorOutcome[]>>();
  const found: { factor: Factor; outcomes: readonly FactorOutcome[] }[] = [];
  for (const factor of factors) {
    const outcomes = await outcomesOf(factor, request, options, (variation) => {
      const key = variationKey(variation);
      const known = shared.get(key) ?? attempt(() => build(variation), options);
      shared.set(key, known);
      return known;
    });
    found.push({ factor, outcomes });
  }
  return found;
}

type FactorOutcome =
  | { readonly places: readonly Place[] }
  | { readonly failed: string }
  | { readonly notVaried: string };

async function outcomesOf(
  factor: Factor,
  { plans, recipe }: RebuildRequest,
  { machine, engine }: RunOptions,
  build: (variation: Variation) => Promise<readonly FactorOutcome[]>,
): Promise<readonly FactorOutcome[]> {
  if (engine !== undefined && engine.name !== 'builtin') {
    return plans.map(() => ({ notVaried: `engine ${engine.name} runs its own guest` }));
  }
  const varied = vary(factor, { machine, pinned: recipe.environment.environment });
  if ('why' in varied) return plans.map(() => ({ notVaried: varied.why }));
  const outcomes = await build(varied.variation);
  return plans.map((_, index) => outcomes[index] ?? outcomes[0]!);
}

async function attempt(
  build: () => Promise<readonly (readonly Place[])[]>,
  { machine }: RunOptions,
): Promise<readonly FactorOutcome[]> {
  try {
    return (await build()).map((places) => ({ places }));
  } catch (failure) {
    if (!(failure instanceof Failure) || machine.signal.aborted || failure.class === 'internal')
      throw failure;
    if (failure.class !== 'build-failed') return [{ notVaried: failure.message }];
    return [{ failed: failure.message }];
  }
}

function variationKey({ environment, ...rest }: Variation): string {
  return canonicalJson({ ...rest, environment: [...(environment ?? [])].sort() });
}

/** Builds once more and says for each package where it differs from the first build. */
async function placesOfBuild(
  request: RebuildRequest,
  first: Rebuilt,
  variation: Variation | undefined,
  { engine = usualEngine, limits }: RunOptions,
): Promise<readonly (readonly Place[])[]> {
  const next = await engine.rebuild({ ...request, ...(variation === undefined ? {} : { variation }) });
  try {
    return await Promise.all(
      request.plans.map((_, index) => placesOfPackage(first.packages[index]!, next.packages[index]!, limits)),
    );
  } finally {
    await next.dispose();
  }
}

async function placesOfPackage(
  first: Rebuilt['packages'][number],
  next: Rebuilt['packages'][number],
  limits: RunOptions['limits'],
): Promise<readonly Place[]> {
  if (first instanceof Failure) return [];
  if (next instanceof Failure) throw next;
  const same = first.data.sha256 === next.data.sha256 && Buffer.compare(first.control, next.control) === 0;
  if (same) return [];
  const source = (emitted: typeof first): ByteSource => packageSource(emitted, undefined);
  return placesBetween(source(first), source(next), limits);
}

function differencesOf(verdict: Verdict): readonly Difference[] {
  const comparison = 'comparison' in verdict ? verdict.comparison : undefined;
  return comparison === undefined ? [] : allDifferences(comparison.sections);
}

/** A result with what further builds showed of its package. */
function withOwnBuilds(
  result: PackageResult,
  { builds, unstable, factors }: OwnBuilds,
  index: number,
): PackageResult {
  const own = unstable[index]!;
  const publishedOnly = withoutPlaces(placesOf(differencesOf(result.verdict)), own);
  const triangulation: Triangulation = {
    builds,
    unstable: own,
    publishedOnly,
    factors: factors.map(({ factor, outcomes }) =>
      factorResult(factor, outcomes[index]!, own, publishedOnly),
    ),
  };
  return { ...result, verdict: decideOnBuilds(result.verdict, triangulation), triangulation };
}

function factorResult(
  factor: Factor,
  outcome: FactorOutcome,
  unstable: readonly Place[],
  publishedOnly: readonly Place[],
): FactorResult {
  if ('notVaried' in outcome) return { factor, outcome: 'not-varied', why: outcome.notVaried };
  if ('failed' in outcome) return { factor, outcome: 'build-failed', why: outcome.failed };
  const places = withoutPlaces(outcome.places, unstable);
  if (places.length === 0) return { factor, outcome: 'no-change' };
  const others = withoutPlaces(places, publishedOnly);
  return { factor, outcome: 'changes-bytes', differing: withoutPlaces(places, others), others };
}
