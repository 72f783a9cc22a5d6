/**
 * Whether a recipe is one that melange compiled and that it would compile to itself again. Where it is not, a real melange would run or
 * write something else than what stands there, or nothing at all, so nothing may be concluded from running it as it stands
 * (docs/melange/build-loop.md lists the rules with their places in melange).
 *
 * The other direction is not needed: what melange does only while it compiles and that leaves the text alone is done.
 */
import { printable } from '../../bytes.ts';
import { Failure, type FailureCode } from '../../failure.ts';
import type { Format } from '../../melange/format.ts';
import { compiledPackage } from './compiled-package.ts';
import { compiledSteps } from './compiled-steps.ts';
import { compiledVariables } from './compiled-variables.ts';
import type { Recipe } from './recipe.ts';

/** What a rule is held against besides the recipe. */
export interface CompiledFor {
  readonly format: Format;
  /** Whether the version is the builder's own word: where it is not, rules that only some versions have are left out. */
  readonly released: boolean;
  /** apk's name of it. */
  readonly architecture: string;
}

/** What is wrong with a recipe, and where. */
export interface Uncompiled {
  /** `unsupported` where melange may have written it, and would compile it to something else again. */
  readonly code: Extract<FailureCode, 'recipe-unreadable' | 'unsupported'>;
  /** Such as `pipeline[0].runs`; parts of it are attacker-controlled. */
  readonly path: string;
  /** Completes a sentence that begins with the path. */
  readonly problem: string;
}

/** A rule yields where it is broken. */
export type Rule = (recipe: Recipe, given: CompiledFor) => Iterable<Uncompiled>;

const rules: readonly Rule[] = [...compiledPackage, ...compiledSteps, ...compiledVariables];

/** Fails with `recipe-unreadable` or `unsupported` for the first rule that is broken. */
export function requireCompiled(recipe: Recipe, given: CompiledFor): void {
  for (const rule of rules) {
    for (const { code, path, problem } of rule(recipe, given)) {
      throw new Failure(code, `the recipe is not as melange compiles it: ${printable(path)} ${problem}`);
    }
  }
}
