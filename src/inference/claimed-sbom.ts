/** The inputs of an SBOM, from what a package says of itself: no rebuild is needed to write it again. */
import type { Claim } from '../claim/claim.ts';
import { recoverSbomInputs } from '../claim/sbom/recover.ts';
import { formatOfTraits } from '../claim/traits/traits.ts';
import { licenseId } from '../emit/sbom/licenses.ts';
import type { SbomInput } from '../emit/sbom/sbom.ts';

/**
 * The inputs of melange's document. What is recorded nowhere else is taken from the document itself: the builder's command
 * line, and texts of licences that lay in the workspace.
 */
export function claimedSbomInput(claim: Claim): SbomInput {
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
