/** A published SBOM held against one that is written anew without a rebuild. */
import type { Apk } from '../apk/apk.ts';
import { entryPath } from '../apk/entries.ts';
import type { Claim } from '../claim/claim.ts';
import { isSbomOf, sbomEntryOf } from '../claim/sbom/place.ts';
import { recoverSbomInputs } from '../claim/sbom/recover.ts';
import { sampleVariant } from '../claim/traits/record-variant.ts';
import { formatOfTraits } from '../claim/traits/traits.ts';
import { licenseId } from '../emit/sbom/licenses.ts';
import { fitRecord } from '../emit/sbom/production/fit.ts';
import { pathsBeforeSbom, treePaths } from '../emit/sbom/production/paths.ts';
import { publishedRecord } from '../emit/sbom/production/published.ts';
import { emptyScan } from '../emit/sbom/production/syft.ts';
import { emitSbom, type SbomInput } from '../emit/sbom/sbom.ts';
import { Failure } from '../failure.ts';
import { compareSbomElements, type SbomDifference } from './sbom-elements.ts';

export type RegeneratedSbom =
  | { readonly state: 'identical' }
  | { readonly state: 'different'; readonly differences: readonly SbomDifference[] }
  /** No SBOM, one that cannot be read or that nobody known wrote, or a recipe that melange would refuse. */
  | { readonly state: 'not-possible'; readonly why: string };

/**
 * Writes the SBOM of a package from its recipe and its own paths and compares. The document's own words are taken for
 * what is recorded nowhere else: the builder's command line, and texts of licences that lay in the workspace.
 */
export function regenerateSbom(apk: Apk, claim: Claim): RegeneratedSbom {
  const entry = sbomEntryOf(apk);
  if (claim.sbom?.kind !== 'readable' || entry?.content === undefined) {
    return { state: 'not-possible', why: 'there is no SBOM that can be read' };
  }
  if (claim.sbom.generator === 'unknown') {
    return { state: 'not-possible', why: 'no known program writes such an SBOM' };
  }
  try {
    const regenerated = emitSbom(sbomInput(apk, claim));
    if (Buffer.compare(regenerated, entry.content) === 0) return { state: 'identical' };
    return { state: 'different', differences: compareSbomElements(entry.content, regenerated) };
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.class === 'internal') throw failure;
    return { state: 'not-possible', why: failure.message };
  }
}

function sbomInput(apk: Apk, claim: Claim): SbomInput {
  const { recipe, traits, name } = claim;
  return {
    format: formatOfTraits(traits),
    toolVersion: traits.printedVersion,
    namespace: traits.namespace,
    architecture: claim.architecture,
    recipe,
    subpackage: recipe.subpackages.find((each) => each.name === name),
    recipeFile: traits.recipeFile,
    recipeLicense: traits.recipeLicense,
    created: { epochSeconds: traits.clock ?? 0, zoneOffsetMinutes: traits.zoneOffsetMinutes },
    licenseTexts: publishedTexts(claim),
    extractedOrder: traits.extractedOrder,
    osRelease: traits.osRelease,
    ...(traits.sbomGenerator === 'production' ? { production: productionInput(apk, claim) } : {}),
  };
}

/** Texts of licence files by their path in the recipe, from the document itself. */
function publishedTexts({ sbom, recipe, traits }: Claim): Map<string, string> {
  const texts =
    sbom?.kind === 'readable' ? recoverSbomInputs(sbom).extractedTexts : new Map<string, string>();
  const { licenses } = formatOfTraits(traits).sbom;
  return new Map(
    recipe.package.copyright.flatMap(({ license, licensePath }): [string, string][] => {
      const text = texts.get(licenseId(license, licenses));
      return licensePath === '' || text === undefined ? [] : [[licensePath, text]];
    }),
  );
}

function productionInput(apk: Apk, claim: Claim): NonNullable<SbomInput['production']> {
  const published = publishedRecord(apk, claim);
  const fit = published === undefined ? undefined : fitRecord(published);
  const isSbom = isSbomOf(apk);
  const paths = apk.data.entries.filter((entry) => !isSbom(entry)).map(entryPath);
  return {
    variant: fit?.variants[0] ?? sampleVariant,
    paths: treePaths(fit?.paths ?? published?.pathLists[0] ?? pathsBeforeSbom(paths, '')[0]!),
    scan: emptyScan,
  };
}
