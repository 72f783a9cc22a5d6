/** Reads the compiled recipe out of a published package. */
import { printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { parsePackageName, parsePackageVersion } from '../../names.ts';
import type { RecipeFinding } from './codec.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Recipe } from './recipe.ts';
import { recipeCodec } from './schema.ts';

export type { RecipeFinding } from './codec.ts';

export interface ParsedRecipe {
  readonly recipe: Recipe;
  readonly findings: readonly RecipeFinding[];
}

const mostShown = 200;

/**
 * Parses the bytes of `.melange.yaml`.
 *
 * Names and versions in the result are safe as names of directories and files, and no two packages have the same
 * name. Throws `unsafe-recipe` where they are not, and `recipe-unreadable` for what melange cannot have written or
 * where a key that the build needs has a wrong type.
 */
export function parseRecipe(bytes: Uint8Array): ParsedRecipe {
  const findings: RecipeFinding[] = [];
  const recipe = recipeCodec.decode(parseYaml(bytes), { path: '', inert: false, findings });
  requireName('package.version', recipe.package.version, parsePackageVersion);
  requireName('package.name', recipe.package.name, parsePackageName);
  const names = new Set([recipe.package.name]);
  recipe.subpackages.forEach(({ name }, index) => {
    const path = `subpackages[${index}].name`;
    requireName(path, name, parsePackageName);
    if (names.has(name)) throw new Failure('unsafe-recipe', `${path} is in use already`, { got: name });
    names.add(name);
  });
  return { recipe, findings };
}

function requireName(path: string, value: string, parse: (text: string) => string | undefined): void {
  if (value === '') throw new Failure('recipe-unreadable', `${path} is missing`);
  if (parse(value) === undefined) {
    throw new Failure('unsafe-recipe', `${path} is not a plain name`, {
      got: printable(value.slice(0, mostShown)),
    });
  }
}
