/**
 * The inputs of an SBOM that the package records nowhere else: the builder's command line, its clock, the order
 * in which it happened to write licences.
 */

import { parsePurl } from './parse-purl.ts';
import type { ReadableSbom } from './published-sbom.ts';
import { type BuildTime, parseRfc3339 } from './time.ts';

/** The recipe's file in its repository. */
export interface RecipeFile {
  /** The path as given on the command line. */
  readonly path: string;
  readonly commit: string;
  /** The repository's URL without `https://github.com/`: `wolfi-dev/os`. Published in lower case. */
  readonly repository: string;
}

/** `ID` and `VERSION_ID` of the build environment's os-release. */
export interface OsRelease {
  readonly id: string;
  readonly versionId: string;
}

/** The inputs, each undefined where the document does not show it. */
export interface RecoveredSbomInputs {
  readonly toolVersion: string | undefined;
  readonly namespace: string | undefined;
  readonly recipeFile: RecipeFile | undefined;
  readonly recipeLicense: string | undefined;
  readonly created: BuildTime | undefined;
  readonly osRelease: OsRelease | undefined;
  /** Ids of the extracted licences, as published. */
  readonly extractedOrder: readonly string[];
  /** Their texts by id, for workspaces that lack the file; bytes that were not UTF-8 are lost. */
  readonly extractedTexts: ReadonlyMap<string, string>;
}

/** The inputs of a document that melange wrote, alone or as production's first part. */
export function recoverSbomInputs(sbom: ReadableSbom): RecoveredSbomInputs {
  const { operatingSystem, recipe, extractedLicenses } = sbom;
  return {
    toolVersion: toolVersionOf(sbom.creators),
    namespace: namespaceOf(sbom),
    recipeFile: recipeFileOf(sbom),
    recipeLicense: recipe?.license,
    created: sbom.created === undefined ? undefined : parseRfc3339(sbom.created),
    osRelease:
      operatingSystem?.name === undefined
        ? undefined
        : { id: operatingSystem.name, versionId: operatingSystem.version ?? '' },
    extractedOrder: extractedLicenses.map(({ id }) => id),
    // Of two texts for one id the first is melange's: production's own follow.
    extractedTexts: new Map(extractedLicenses.toReversed().map(({ id, text }) => [id, text])),
  };
}

/** The printed version; chainguard-build prints that of the melange that it contains. */
function toolVersionOf(creators: readonly string[]): string | undefined {
  const versions = creators.map(
    (creator) => /^Tool: (?:melange|chainguard-build) \((.*)\)$/s.exec(creator)?.[1],
  );
  return versions.find((version) => version !== undefined);
}

/** The namespace from the apk's purl, which keeps its case. `unknown` also stands for an empty one; only old recipe elements show which it was. */
function namespaceOf(sbom: ReadableSbom): string | undefined {
  const purls = (sbom.apk?.purls ?? []).map(parsePurl);
  const namespace = purls.find((purl) => purl?.type === 'apk')?.namespace;
  return namespace === 'unknown' && sbom.recipe?.supplier === 'Organization: ' ? '' : namespace;
}

function recipeFileOf({ recipe }: ReadableSbom): RecipeFile | undefined {
  const purl = recipe?.purls.map(parsePurl).find((candidate) => candidate?.type === 'github');
  if (recipe?.name === undefined || purl === undefined) return undefined;
  return {
    path: recipe.name,
    commit: recipe.version ?? '',
    repository: `${purl.namespace}/${purl.name}`,
  };
}
