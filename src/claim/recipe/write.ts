/** The compiled recipe as melange writes it into the control section. */
import { encodeBytes } from '../../bytes.ts';
import type { RecipeForm } from '../../melange/format.ts';
import type { Recipe } from './recipe.ts';
import { renderYaml } from './render-yaml.ts';
import { recipeCodec } from './schema.ts';

/**
 * The bytes of `.melange.yaml` for a recipe, as melange prints them in that form. For what `parseRecipe` has
 * read from a published package they are the published bytes; other bytes were not written by melange.
 */
export function writeRecipe(recipe: Recipe, form: RecipeForm): Uint8Array {
  const document = recipeCodec.encode(recipe, form);
  return encodeBytes(renderYaml(document));
}
