/** A rule that every recipe compiled by melange keeps. */
import type { FailureCode } from '../../failure.ts';
import type { Format } from '../../melange/format.ts';
import type { Recipe } from './recipe.ts';

/** What a rule takes into account besides the recipe. */
export interface CompiledFor {
  readonly format: Format;
  /** Whether the version is the builder's own word: where it is not, rules that only some versions have are not applied. */
  readonly released: boolean;
  /** apk's name of it. */
  readonly architecture: string;
}

/** What is wrong with a recipe, and where. */
export interface Uncompiled {
  /** `unsupported` where melange may have written the recipe, but would compile it again to a different one. */
  readonly code: Extract<FailureCode, 'recipe-unreadable' | 'unsupported'>;
  /** Such as `pipeline[0].runs`; parts of it are attacker-controlled. */
  readonly path: string;
  /** Completes a sentence that begins with the path. */
  readonly problem: string;
}

/** A rule yields where it is broken. */
export type Rule = (recipe: Recipe, given: CompiledFor) => Iterable<Uncompiled>;
