/** What became of a build with one factor changed. */
import type { Factor } from '../explain/factors.ts';
import { type FactorResult, type Place, withoutPlaces } from '../explain/triangulation.ts';
import { Failure } from '../failure.ts';
import type { BuildOutcome } from './further-builds.ts';

export type FactorOutcome =
  | { readonly places: readonly Place[] }
  | { readonly failed: string }
  | { readonly notVaried: string };

export function factorOutcome(outcome: BuildOutcome): FactorOutcome {
  if (!(outcome instanceof Failure)) return { places: outcome };
  return outcome.class === 'build-failed' ? { failed: outcome.message } : { notVaried: outcome.message };
}

/** What it shows, besides what is unstable by itself. */
export function factorResult(
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
