/**
 * Decides which parts of a recipe run and are emitted; no other file decides it. Conditions hold text and nothing that a step could change,
 * so everything is known before the first step (melange pkg/build/build.go `BuildPackage`, pipeline.go `runPipeline`; the rules and
 * their versions are listed in docs/melange/build-loop.md).
 */
import { conditionHolds } from '../../melange/condition.ts';
import type { Format } from '../../melange/format.ts';
import type { PackageName } from '../../names.ts';
import type { Recipe, Step } from './recipe.ts';

/** A step that runs, with those below it that run. */
export interface RunningStep {
  /** Origin or subpackage. */
  readonly package: string;
  /** Position among all steps of the package, nested ones as `2.1`; from 1. */
  readonly position: string;
  readonly step: Step;
  readonly nested: readonly RunningStep[];
}

/** A package of the build; origin first, then subpackages in the recipe's order. */
export interface RunningPackage {
  readonly name: PackageName;
  readonly steps: readonly RunningStep[];
}

/**
 * The recipe as melange has it when the first step begins: without subpackages whose `if` does not hold, as if they had
 * never been written. Fails with `recipe-unreadable` for a condition that cannot be evaluated.
 */
export function withoutSkipped(recipe: Recipe, { condition }: Pick<Format, 'condition'>): Recipe {
  const subpackages = recipe.subpackages.filter((each) => conditionHolds(each.if, condition));
  return subpackages.length === recipe.subpackages.length ? recipe : { ...recipe, subpackages };
}

/** The packages of a build with the steps that run, in their order. Fails as `withoutSkipped` does. */
export function runningPackages(given: Recipe, format: Format): RunningPackage[] {
  const recipe = withoutSkipped(given, format);
  const builds = format.buildsWithoutOriginSteps || recipe.pipeline.length > 0;
  const origin = { name: recipe.package.name, pipeline: recipe.pipeline };
  return [origin, ...recipe.subpackages].map((each) => ({
    name: each.name,
    steps: builds ? runningBelow(each.name, each.pipeline, '', format) : [],
  }));
}

function runningBelow(
  packageName: string,
  steps: readonly Step[],
  prefix: string,
  format: Format,
): RunningStep[] {
  return steps.flatMap((step, index) => {
    if (!conditionHolds(step.if, format.condition)) return [];
    const position = `${prefix}${index + 1}`;
    const nested = runningBelow(packageName, step.pipeline, `${position}.`, format);
    return [{ package: packageName, position, step, nested }];
  });
}

/** All steps, nested ones included, in the order in which they begin. */
export function flattened(steps: readonly RunningStep[]): RunningStep[] {
  return steps.flatMap((each) => [each, ...flattened(each.nested)]);
}

/**
 * How many steps directly below a step must run: with the block, exactly the number that it gives, and 0 where it gives none;
 * undefined without the block.
 */
export function requiredSteps({
  assertions: { present, requiredSteps: required },
}: Step): number | undefined {
  return present === true || required !== 0 ? required : undefined;
}
