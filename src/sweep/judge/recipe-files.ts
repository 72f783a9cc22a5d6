/** Names of the files for recipes, which `--log` keeps beside the output of their steps. */
import { parseSha256, type Sha256 } from '../../digest.ts';
import { type FileName, ownFileName } from '../../names.ts';

const ending = '.recipe.yaml';

export function recipeFileName(sha256: Sha256): FileName {
  return ownFileName(`${sha256}${ending}`);
}

/** The digest that such a name has; undefined for every other name. */
export function parseRecipeFileName(name: string): Sha256 | undefined {
  return name.endsWith(ending) ? parseSha256(name.slice(0, -ending.length)) : undefined;
}
