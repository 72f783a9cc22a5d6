/**
 * More builds of the same plan: repeated, and with one thing changed at a time. Packages of one build share them, and each is told what
 * it would have been told alone: its own factors, its own number of builds, its own failures.
 */

import { canonicalJson } from '../canonical.ts';
import { allDifferences } from '../compare/comparison.ts';
import type { Difference } from '../compare/difference.ts';
import type { RebuildRequest } from '../engine/engine.ts';
import type { Variation } from '../execute/variation.ts';
import {
  type Factor,
  type FactorResult,
  joinPlaces,
  type Place,
  placeOf,
  placesOf,
  type Triangulation,
  withoutPlaces,
} from '../explain/triangulation.ts';
import { Failure, failureOfPackage } from '../failure.ts';
import type { PackageResult } from '../verdict/result.ts';
import { decideOnBuilds, type Verdict } from '../verdict/verdict.ts';
import type { BuiltPackage } from './built-package.ts';
import { type BuildOutcome, buildAgain, laterThan } from './further-builds.ts';
import type { RunOptions } from './options.ts';
import { suspectedFactors, vary } from './variations.ts';

/** A package that was judged on its first build. */
export interface JudgedPackage {
  readonly result: PackageResult;
  readonly built: BuiltPackage;
}

/** What further builds have shown of one package so far. */
interface OwnBuilds extends JudgedPackage {
  builds: number;
  unstable: readonly Place[];
  factors: readonly { readonly factor: Factor; readonly outcome: FactorOutcome }[];
  /** The first build that did not end in a package; nothing more is built for it then. */
  failure: Failure | undefined;
}

type FactorOutcome =
  | { readonly places: readonly Place[] }
  | { readonly failed: string }
  | { readonly notVaried: string };

type Request = Omit<RebuildRequest, 'plans'>;

/**
 * The results of packages whose plans share a build (`buildIdentity`), with what further builds show. A build that fails is a caveat;
 * a failure takes the place of a result where the run was cancelled or the program has a defect.
 */
export async function triangulate(
  packages: readonly JudgedPackage[],
  request: Request,
  options: RunOptions,
): Promise<readonly (PackageResult | Failure)[]> {
  const own = packages.map(
    (each): OwnBuilds => ({
      ...each,
      // A factor is named for what is otherwise stable, so at least one build must have been repeated.
      builds: Math.max(2, options.repeat ?? 1),
      unstable: [],
      factors: [],
      failure: undefined,
    }),
  );
  try {
    await laterThan(packages[0]!.built, options);
    for (let at = 1; at < Math.max(2, options.repeat ?? 1); at++) await repeat(own, request, options);
    await varyFactors(own, request, options);
    // What changed with a factor may have changed with the time, too: a plain build at the end tells.
    const changed = own.filter(({ factors }) =>
      factors.some(({ outcome }) => 'places' in outcome && outcome.places.length > 0),
    );
    for (const each of changed) each.builds += 1;
    await repeat(changed, request, options);
  } catch (thrown) {
    const failure = failureOfPackage(thrown, options.machine.signal);
    return own.map(() => failure);
  }
  return own.map((each) => resultOf(each, options));
}

function resultOf(own: OwnBuilds, { machine }: RunOptions): PackageResult | Failure {
  const { failure, result } = own;
  if (failure === undefined) return withOwnBuilds(own);
  if (machine.signal.aborted || failure.class === 'internal') return failure;
  const caveat = `a further build failed, so none was compared: ${failure.message}`;
  return { ...result, caveats: [...result.caveats, caveat] };
}

async function repeat(own: readonly OwnBuilds[], request: Request, options: RunOptions): Promise<void> {
  await build(own, undefined, request, options, (each, outcome) => {
    if (outcome instanceof Failure) each.failure = outcome;
    else each.unstable = joinPlaces(each.unstable, outcome);
  });
}

/** One build for all that still want one. */
async function build(
  wanting: readonly OwnBuilds[],
  variation: Variation | undefined,
  request: Request,
  options: RunOptions,
  tell: (own: OwnBuilds, outcome: BuildOutcome) => void,
): Promise<void> {
  const open = wanting.filter(({ failure }) => failure === undefined);
  if (open.length === 0) return;
  const outcomes = await buildAgain(
    open.map(({ built }) => built),
    request,
    variation,
    options,
  );
  for (const [index, each] of open.entries()) tell(each, outcomes[index]!);
}

/** Each way to vary the guest that some package wants is built once, for all that want it. */
async function varyFactors(own: readonly OwnBuilds[], request: Request, options: RunOptions): Promise<void> {
  const wanted = own.map((each) => (each.failure === undefined ? wantedFactors(options, each) : []));
  const variations = new Map<string, { readonly variation: Variation; readonly wanting: Set<OwnBuilds> }>();
  const how = new Map<Factor, string | { readonly notVaried: string }>();
  for (const factor of new Set(wanted.flat())) {
    const varied = variationOf(factor, request, options);
    how.set(factor, 'why' in varied ? { notVaried: varied.why } : variationKey(varied.variation));
    if ('why' in varied) continue;
    const key = variationKey(varied.variation);
    const known = variations.get(key) ?? { variation: varied.variation, wanting: new Set() };
    for (const [index, each] of own.entries()) if (wanted[index]!.includes(factor)) known.wanting.add(each);
    variations.set(key, known);
  }
  const told = new Map<OwnBuilds, Map<string, FactorOutcome>>(own.map((each) => [each, new Map()]));
  for (const [key, { variation, wanting }] of variations) {
    await build([...wanting], variation, request, options, (each, outcome) => {
      if (outcome instanceof Failure && endsAll(outcome, options)) each.failure = outcome;
      else told.get(each)!.set(key, factorOutcome(outcome));
    });
  }
  for (const [index, each] of own.entries()) {
    if (each.failure !== undefined) continue;
    each.factors = wanted[index]!.map((factor) => {
      const found = how.get(factor)!;
      return { factor, outcome: typeof found === 'string' ? told.get(each)!.get(found)! : found };
    });
  }
}

function wantedFactors(
  { vary: chosen = [] }: Pick<RunOptions, 'vary'>,
  { result, unstable }: OwnBuilds,
): readonly Factor[] {
  if (chosen !== 'auto') return chosen;
  return suspectedFactors(
    differencesOf(result.verdict).filter((each) => withoutPlaces([placeOf(each)], unstable).length > 0),
  );
}

function variationOf(
  factor: Factor,
  { recipe }: Request,
  { machine, engine }: RunOptions,
): ReturnType<typeof vary> {
  if (engine !== undefined && engine.name !== 'builtin')
    return { why: `engine ${engine.name} runs its own guest` };
  return vary(factor, { machine, pinned: recipe.environment.environment });
}

function variationKey({ environment, ...rest }: Variation): string {
  return canonicalJson({ ...rest, environment: [...(environment ?? [])].sort() });
}

function endsAll(failure: Failure, { machine }: RunOptions): boolean {
  return machine.signal.aborted || failure.class === 'internal';
}

function factorOutcome(outcome: BuildOutcome): FactorOutcome {
  if (!(outcome instanceof Failure)) return { places: outcome };
  return outcome.class === 'build-failed' ? { failed: outcome.message } : { notVaried: outcome.message };
}

function differencesOf(verdict: Verdict): readonly Difference[] {
  const comparison = 'comparison' in verdict ? verdict.comparison : undefined;
  return comparison === undefined ? [] : allDifferences(comparison.sections);
}

/** A result with what further builds showed of its package. */
function withOwnBuilds({ result, builds, unstable, factors }: OwnBuilds): PackageResult {
  const publishedOnly = withoutPlaces(placesOf(differencesOf(result.verdict)), unstable);
  const triangulation: Triangulation = {
    builds,
    unstable,
    publishedOnly,
    factors: factors.map(({ factor, outcome }) => factorResult(factor, outcome, unstable, publishedOnly)),
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
