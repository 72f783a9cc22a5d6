/** What further builds showed of single differences. */
import type { Difference } from '../compare/difference.ts';
import type { Stability } from '../explain/causes/evidence.ts';
import type { Factor } from '../explain/factors.ts';
import { type HeldResult, ownPlaces, placeOf, type Triangulation } from '../explain/triangulation.ts';

/** Whether each difference is stable. */
export function stabilities(
  stable: ReadonlySet<Difference>,
  { factors }: Triangulation,
): (difference: Difference) => Stability {
  const changing = new Set(
    factors.flatMap((each) =>
      each.outcome === 'changes-bytes' ? each.differing.map((place) => JSON.stringify(place)) : [],
    ),
  );
  return (difference) => {
    if (!stable.has(difference)) return 'unstable';
    return changing.has(JSON.stringify(placeOf(difference))) ? 'factor' : 'stable';
  };
}

/** The factor that alone makes our builds agree on a difference. */
export function holders(
  differences: readonly Difference[],
  held: readonly HeldResult[],
): (difference: Difference) => Factor | undefined {
  const places = ownPlaces(differences);
  const alone = new Map<string, Factor>();
  for (const each of held) {
    const [factor, ...more] = each.held;
    if (each.outcome !== 'agrees' || factor === undefined || more.length > 0) continue;
    for (const place of each.agreeing) {
      const key = JSON.stringify(place);
      if (!alone.has(key)) alone.set(key, factor);
    }
  }
  return (difference) => alone.get(JSON.stringify(places.get(difference)));
}
