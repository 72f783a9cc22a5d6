/**
 * Whether a recipe is one that melange compiled and that it would compile to itself again. Where it is not, a real melange would run or
 * write something different from what the recipe says, or nothing at all, so nothing may be concluded from running it
 * (docs/melange/build-loop.md lists the rules with their places in melange).
 *
 * The other direction is not needed: what melange does only while it compiles, and what does not change the text, has been done already.
 */

import { printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { compiledPackage } from './compiled-package.ts';
import type { CompiledFor, Rule } from './compiled-rule.ts';
import { compiledSteps } from './compiled-steps.ts';
import { compiledVariables } from './compiled-variables.ts';
import type { Recipe } from './recipe.ts';

const rules: readonly Rule[] = [...compiledPackage, ...compiledSteps, ...compiledVariables];

/** Fails with `recipe-unreadable` or `unsupported` for the first rule that is broken. */
export function requireCompiled(recipe: Recipe, given: CompiledFor): void {
  for (const rule of rules) {
    for (const { code, path, problem } of rule(recipe, given)) {
      throw new Failure(code, `the recipe is not as melange compiles it: ${printable(path)} ${problem}`);
    }
  }
}
