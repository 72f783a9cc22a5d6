/** melange's own generator (melange pkg/build/sbom/spdx/spdx.go; before v0.34.1 pkg/build/build.go). */
import { encodeBytes } from '../../bytes.ts';
import { fullVersion } from '../../claim/recipe/recipe.ts';
import { rfc3339 } from '../../claim/sbom/time.ts';
import type { SpdxDocument, SpdxPackage, SpdxRelationship } from './document.ts';
import { apkElement, effectiveNamespace, osElement, packageName, recipeElement } from './elements.ts';
import { namespaceHash } from './fnv.ts';
import { goJson } from './go-json.ts';
import type { DocumentInput } from './input.ts';
import { extractedLicenses, licenseExpression } from './licenses.ts';
import type { SourceContext } from './source.ts';
import { sourceElements } from './source-elements.ts';

/**
 * The file that melange puts into a package. Fails with `unsupported` where melange could not have built the
 * recipe, with `output-missing` where the workspace lacks a licence file.
 */
export function emitMelangeSbom(input: DocumentInput): Uint8Array {
  return encodeBytes(goJson(melangeDocument(input)));
}

/** melange's document as a value, which other generators start from. Fails as `emitMelangeSbom` does. */
export function melangeDocument(input: DocumentInput): SpdxDocument {
  const version = fullVersion(input.recipe);
  const hash = namespaceHash(
    input.format.sbom.namespaceHash,
    `apk-${effectiveNamespace(input.namespace)}-${version}`,
  );
  const apk = apkElement(input);
  const related = relatedElements(input);
  const os = osElement(input);
  return {
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `apk-${packageName(input)}-${version}`,
    spdxVersion: 'SPDX-2.3',
    creationInfo: {
      created: rfc3339(input.created),
      creators: [`Tool: melange (${input.toolVersion})`, 'Organization: Chainguard, Inc'],
      licenseListVersion: '3.22',
    },
    dataLicense: 'CC0-1.0',
    documentNamespace: `https://spdx.org/spdxdocs/chainguard/melange/${hash}`,
    documentDescribes: [apk.SPDXID],
    packages: [...(os === undefined ? [] : [os]), apk, ...related.map(({ element }) => element)],
    relationships: related.map(
      ({ relationshipType, element }): SpdxRelationship => ({
        spdxElementId: apk.SPDXID,
        relationshipType,
        relatedSpdxElement: element.SPDXID,
      }),
    ),
    hasExtractedLicensingInfos: extractedLicenses(input),
  };
}

interface RelatedElement {
  readonly relationshipType: SpdxRelationship['relationshipType'];
  readonly element: SpdxPackage;
}

/** The recipe and the sources; a subpackage lists the sources of its own steps besides the origin's. */
function relatedElements(input: DocumentInput): RelatedElement[] {
  const { format, recipe, subpackage } = input;
  const context: SourceContext = {
    format,
    licenseDeclared: licenseExpression(recipe, format),
    namespace: effectiveNamespace(input.namespace),
  };
  const generatedFrom = (element: SpdxPackage): RelatedElement => ({
    relationshipType: 'GENERATED_FROM',
    element,
  });
  const recipeFile: RelatedElement = { relationshipType: 'DESCRIBED_BY', element: recipeElement(input) };
  const ofOrigin = sourceElements(recipe.pipeline, context).map(generatedFrom);
  const own = () => sourceElements(subpackage?.pipeline ?? [], context).map(generatedFrom);
  switch (format.sbom.subpackageSources) {
    case 'none':
      return [recipeFile, ...ofOrigin];
    case 'last':
      // Where the origin has no steps, melange of that time ran no steps at all.
      return [recipeFile, ...ofOrigin, ...(recipe.pipeline.length === 0 ? [] : own())];
    case 'before-recipe':
      return [...own(), recipeFile, ...ofOrigin];
  }
}
