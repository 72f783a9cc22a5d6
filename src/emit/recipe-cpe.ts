import type { Recipe } from '../claim/recipe/recipe.ts';

/**
 * The CPE 2.3 name of a recipe's upstream, shared by all packages of the build; undefined where the recipe
 * names no vendor and product, which melange demands together (melange pkg/config/config.go `CPEString`).
 * Nothing is escaped: the recipe's fields are `[a-z0-9+_.-]` and the version is that of the recipe without the epoch.
 */
export function cpeText(recipe: Recipe): string | undefined {
  const { cpe, version } = recipe.package;
  if (cpe.vendor === '' || cpe.product === '') return undefined;
  const any = (value: string) => (value === '' ? '*' : value);
  return [
    'cpe:2.3',
    cpe.part === '' ? 'a' : cpe.part,
    cpe.vendor,
    cpe.product,
    version,
    '*',
    ...[cpe.edition, cpe.language, cpe.swEdition, cpe.targetSw, cpe.targetHw, cpe.other].map(any),
  ].join(':');
}
