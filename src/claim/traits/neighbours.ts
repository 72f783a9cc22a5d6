/** A claim under the rules of each version that its builder may have followed. */
import type { Apk } from '../../apk/apk.ts';
import { canonicalJson } from '../../canonical.ts';
import { formatOf } from '../../melange/format.ts';
import { neighbouringVersions } from '../../melange/releases.ts';
import type { Claim } from '../claim.ts';
import { traitsUnder } from './traits.ts';

/**
 * The claim as it is, then under the neighbours of a version that was not printed as a release, the nearest first; of neighbours that write the
 * same documents, as most do, only one.
 */
export function* claimsUnderNeighbours(apk: Apk, claim: Claim): Generator<Claim> {
  const { melange } = claim.traits;
  const seen = new Set<string>();
  for (const [at, version] of neighbouringVersions(melange).entries()) {
    const rules = canonicalJson(formatOf(version).sbom);
    if (seen.has(rules)) continue;
    seen.add(rules);
    if (at === 0) yield claim;
    else yield { ...claim, traits: traitsUnder({ version, basis: 'by-bytes' }, claim.traits, apk) };
  }
}
