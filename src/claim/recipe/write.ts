/** The compiled recipe as melange writes it into the control section. */
import { compareBytes, encodeBytes, sortedUnique } from '../../bytes.ts';
import type { RecipeForm } from '../../melange/format.ts';
import type { Recipe } from './recipe.ts';
import { renderYaml } from './render-yaml.ts';
import { recipeCodec } from './schema.ts';

/**
 * The bytes of `.melange.yaml` for a recipe, as melange prints them in that form. For what `parseRecipe` has
 * read from a published package they are the published bytes; other bytes were not written by melange.
 */
export function writeRecipe(recipe: Recipe, form: RecipeForm): Uint8Array {
  const document = recipeCodec.encode({ ...recipe, environment: locked(recipe.environment, form) }, form);
  return encodeBytes(renderYaml(document));
}

/** The lock as melange writes it: it is a set, so each package is written once, and sorted (apko pkg/build/lock.go, unify). */
function locked(environment: Recipe['environment'], { lockOrder }: RecipeForm): Recipe['environment'] {
  const packages = sortedUnique(environment.contents.packages);
  if (lockOrder === 'name') packages.sort((a, b) => compareBytes(nameOf(a), nameOf(b)));
  return { ...environment, contents: { ...environment.contents, packages } };
}

function nameOf(locked: string): string {
  return locked.split('=', 1)[0]!;
}
