/** A claim under the rules of each version that its builder may have followed. */
import type { Apk } from '../../apk/apk.ts';
import { neighbouringVersions } from '../../melange/releases.ts';
import type { Claim } from '../claim.ts';
import { traitsUnder } from './traits.ts';

/** The claim as it is, then under the neighbours of a version that was not printed as a release, the nearest first. */
export function* claimsUnderNeighbours(apk: Apk, claim: Claim): Generator<Claim> {
  const { melange } = claim.traits;
  yield claim;
  for (const version of neighbouringVersions(melange).slice(1)) {
    yield { ...claim, traits: traitsUnder({ version, basis: 'by-bytes' }, claim.traits, apk) };
  }
}
