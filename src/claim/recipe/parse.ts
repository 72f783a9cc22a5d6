/** Reads the compiled recipe out of a published package. */
import { printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { RecipeFinding } from './codec.ts';
import type { Recipe } from './recipe.ts';
import { recipeCodec } from './schema.ts';
import { parseYaml } from './yaml.ts';

export type { RecipeFinding } from './codec.ts';

export interface ParsedRecipe {
  readonly recipe: Recipe;
  readonly findings: readonly RecipeFinding[];
}

/**
 * Parses the bytes of `.melange.yaml`.
 *
 * Names and versions in the result are safe as names of directories and files, and no two packages have the same
 * name. Throws `unsafe-recipe` where that is not so, and `recipe-unreadable` for what melange cannot have written or
 * where a key that the build needs has another type.
 */
export function parseRecipe(bytes: Uint8Array): ParsedRecipe {
  const findings: RecipeFinding[] = [];
  const recipe = recipeCodec.decode(parseYaml(bytes), { path: '', inert: false, findings });
  requireSafe('package.version', recipe.package.version, safeVersion);
  requireSafe('package.name', recipe.package.name, safeName);
  const names = new Set([recipe.package.name]);
  recipe.subpackages.forEach(({ name }, index) => {
    const path = `subpackages[${index}].name`;
    requireSafe(path, name, safeName);
    if (names.has(name)) throw new Failure('unsafe-recipe', `${path} is in use already`, { got: name });
    names.add(name);
  });
  return { recipe, findings };
}

/** Package names of melange (pkg/config/config.go, packageNameRegex), with a bound on the length. */
const safeName = /^[a-zA-Z0-9][a-zA-Z0-9+_.-]{0,127}$/;
/** Any character that can be in a version of apk. */
const safeVersion = /^[a-zA-Z0-9][a-zA-Z0-9+_.~-]{0,127}$/;

function requireSafe(path: string, value: string, form: RegExp): void {
  if (value === '') throw new Failure('recipe-unreadable', `${path} is missing`);
  if (!form.test(value)) {
    throw new Failure('unsafe-recipe', `${path} is not safe as the name of a directory`, {
      got: printable(value),
    });
  }
}
