/** A small build to emit SBOMs from; each test names only what it is about. */
import { parseRecipe } from '../../../src/claim/recipe/parse.ts';
import type { Copyright, Recipe, RecipePackage, Step, Subpackage } from '../../../src/claim/recipe/recipe.ts';
import type { SpdxDocument, SpdxPackage } from '../../../src/emit/sbom/document.ts';
import { melangeDocument } from '../../../src/emit/sbom/melange-sbom.ts';
import type { SbomInput } from '../../../src/emit/sbom/sbom.ts';
import { type Format, formatOf } from '../../../src/melange/format.ts';
import { parseRelease } from '../../../src/melange/version.ts';
import { packageName } from '../../support/names.ts';

export function formatAt(version: string): Format {
  return formatOf(parseRelease(version)!);
}

const text = `package:
  name: foo
  version: 1.2.3
  epoch: 4
  copyright:
    - license: MIT
pipeline:
  - uses: strip
subpackages:
  - name: foo-doc
`;

const smallest = parseRecipe(Buffer.from(text)).recipe;

export function step(uses: string, inputs: Readonly<Record<string, string>>): Step {
  return { ...smallest.pipeline[0]!, uses, with: new Map(Object.entries(inputs)) };
}

export function copyright(license: string, more: Partial<Copyright> = {}): Copyright {
  return { ...smallest.package.copyright[0]!, license, ...more };
}

export interface RecipeParts {
  readonly package?: Partial<RecipePackage>;
  readonly cpe?: Partial<RecipePackage['cpe']>;
  readonly pipeline?: readonly Step[];
  readonly subpackages?: readonly Subpackage[];
}

/** `foo` 1.2.3-r4 under MIT, without steps. */
export function recipeOf(parts: RecipeParts = {}): Recipe {
  const cpe = { ...smallest.package.cpe, ...parts.cpe };
  return {
    ...smallest,
    package: { ...smallest.package, ...parts.package, cpe },
    pipeline: parts.pipeline ?? [],
    subpackages: parts.subpackages ?? [],
  };
}

export function subpackage(name: string, pipeline: readonly Step[]): Subpackage {
  return { ...smallest.subpackages[0]!, name: packageName(name), pipeline };
}

export function inputAt(version: string, more: Partial<SbomInput> = {}): SbomInput {
  return {
    format: formatAt(version),
    toolVersion: version,
    namespace: 'wolfi',
    architecture: 'x86_64',
    recipe: recipeOf(),
    subpackage: undefined,
    recipeFile: { path: 'foo.yaml', commit: '5d7a3c9e', repository: 'wolfi-dev/os' },
    recipeLicense: 'Apache-2.0',
    created: { epochSeconds: 1718452800, zoneOffsetMinutes: 0 },
    licenseTexts: new Map(),
    extractedOrder: [],
    osRelease: { id: 'debian', versionId: '12' },
    ...more,
  };
}

export function documentAt(version: string, more: Partial<SbomInput> = {}): SpdxDocument {
  return melangeDocument(inputAt(version, more));
}

/** The package's own element. */
export function apkOf(document: SpdxDocument): SpdxPackage {
  return document.packages.find((element) => element.SPDXID === document.documentDescribes[0])!;
}

/** The element of a build's only step. */
export function sourceAt(
  version: string,
  only: Step,
  more: Partial<SbomInput> = {},
): SpdxPackage | undefined {
  const document = documentAt(version, { recipe: recipeOf({ pipeline: [only] }), ...more });
  const related = document.relationships.find(
    ({ relationshipType }) => relationshipType === 'GENERATED_FROM',
  );
  return document.packages.find(({ SPDXID }) => SPDXID === related?.relatedSpdxElement);
}

export function purlOf(element: SpdxPackage | undefined): string | undefined {
  return element?.externalRefs?.find(({ referenceType }) => referenceType === 'purl')?.referenceLocator;
}
