/** Compares a published SBOM with one that is written again without a rebuild. */
import type { Apk } from '../apk/apk.ts';
import { entryPath } from '../apk/entry-rules.ts';
import type { Claim } from '../claim/claim.ts';
import { isSbomOf, sbomEntryOf } from '../claim/sbom/sbom-entry.ts';
import { claimsUnderNeighbours } from '../claim/traits/neighbours.ts';
import { sampleVariant } from '../claim/traits/record-variant.ts';
import { compareSbomElements, type SbomDifference } from '../compare/sbom-elements.ts';
import { emptyScan, type Scan } from '../emit/sbom/production/found-packages.ts';
import { pathsBeforeSbom, treePaths } from '../emit/sbom/production/tree-paths.ts';
import { emitSbom, type SbomInput } from '../emit/sbom/sbom.ts';
import { Failure } from '../failure.ts';
import { formatVersion } from '../melange/version.ts';
import { claimedSbomInput } from './claimed-sbom.ts';
import { fitRecord } from './production/fit.ts';
import { publishedRecord } from './production/published.ts';

export type RegeneratedSbom =
  | {
      readonly state: 'identical';
      /** The version whose rules give it, where the builder did not print a release and this is not the first version that was tried. */
      readonly under?: string;
    }
  | { readonly state: 'different'; readonly differences: readonly SbomDifference[] }
  /** There is no SBOM, it cannot be read, no known program wrote it, or melange would refuse the recipe. */
  | { readonly state: 'not-possible'; readonly why: string };

/**
 * Writes the SBOM of a package from its recipe and its own paths and compares. What is recorded nowhere else is taken
 * from the document itself. For a builder that did not print a release, the rules of the neighbouring versions are tried as
 * well, as `verify` does; where none gives the document, the differences are those under the first.
 * @param scan what was found in the package's own files
 */
export function regenerateSbom(apk: Apk, claim: Claim, scan: Scan = emptyScan): RegeneratedSbom {
  const entry = sbomEntryOf(apk);
  if (claim.sbom?.kind !== 'readable' || entry?.content === undefined) {
    return { state: 'not-possible', why: 'there is no SBOM that can be read' };
  }
  if (claim.sbom.generator === 'unknown') {
    return { state: 'not-possible', why: 'no known program writes such an SBOM' };
  }
  let first: Uint8Array | Failure | undefined;
  for (const under of claimsUnderNeighbours(apk, claim)) {
    const regenerated = regenerateUnder(sbomInput(apk, under, scan));
    if (!(regenerated instanceof Failure) && Buffer.compare(regenerated, entry.content) === 0) {
      return under === claim
        ? { state: 'identical' }
        : { state: 'identical', under: formatVersion(under.traits.melange.version) };
    }
    first ??= regenerated;
  }
  if (first instanceof Failure) return { state: 'not-possible', why: first.message };
  return { state: 'different', differences: compareSbomElements(entry.content, first!) };
}

function regenerateUnder(input: SbomInput): Uint8Array | Failure {
  try {
    return emitSbom(input);
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.class === 'internal') throw failure;
    return failure;
  }
}

function sbomInput(apk: Apk, claim: Claim, scan: Scan): SbomInput {
  const input = claimedSbomInput(claim);
  return claim.traits.sbomGenerator === 'production'
    ? { ...input, production: productionInput(apk, claim, scan) }
    : input;
}

function productionInput(apk: Apk, claim: Claim, scan: Scan): NonNullable<SbomInput['production']> {
  const published = publishedRecord(apk, claim);
  const fit = published === undefined ? undefined : fitRecord(published);
  const isSbom = isSbomOf(apk);
  const paths = apk.data.entries.filter((entry) => !isSbom(entry)).map(entryPath);
  return {
    variant: fit?.variants[0] ?? sampleVariant,
    paths: treePaths(fit?.paths ?? published?.pathLists[0] ?? pathsBeforeSbom(paths, '')[0]!),
    scan,
  };
}
