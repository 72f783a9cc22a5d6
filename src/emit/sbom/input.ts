/** What melange's SBOM of a package is made of. */
import type { Recipe, Subpackage } from '../../claim/recipe/recipe.ts';
import type { OsRelease, RecipeFile } from '../../claim/sbom/recover.ts';
import type { BuildTime } from '../../claim/sbom/time.ts';
import type { SbomFormat } from '../../melange/format.ts';

/** Everything that decides melange's document of one package. */
export interface DocumentInput {
  readonly format: SbomFormat;
  /** As printed: `v0.45.3`, `0.40.4`, `devel`, a pseudo-version. */
  readonly toolVersion: string;
  /** As given to `--namespace`; may be empty. */
  readonly namespace: string;
  /** apk's name of it: `x86_64`. */
  readonly architecture: string;
  readonly recipe: Recipe;
  /** The package; undefined for the origin. */
  readonly subpackage: Subpackage | undefined;
  readonly recipeFile: RecipeFile;
  /** `--license`, which is about the recipe, not the package. */
  readonly recipeLicense: string;
  readonly created: BuildTime;
  /** Files of the workspace that the recipe names as `license-path`, by that path; text as of `decodeBytes`. */
  readonly licenseTexts: ReadonlyMap<string, string>;
  /** Ids of the published document's extracted licences. melange's own order is random; this decides ours. */
  readonly extractedOrder: readonly string[];
  /** Of the build environment; printed by v0.27.0 to v0.43.1. */
  readonly osRelease: OsRelease | undefined;
}
