/** The compiled recipe as melange writes it into the control section. */
import { encodeBytes } from '../../bytes.ts';
import type { Version } from '../../melange/version.ts';
import type { Recipe } from './recipe.ts';
import { renderYaml } from './render-yaml.ts';
import { recipeCodec } from './schema.ts';

/**
 * The bytes of `.melange.yaml` for a recipe, as that version of melange prints them. For what `parseRecipe` has
 * read from a published package they are the published bytes; other bytes were not written by melange.
 */
export function writeRecipe(recipe: Recipe, version: Version): Uint8Array {
  const document = recipeCodec.encode(recipe, version);
  return encodeBytes(renderYaml(document));
}
