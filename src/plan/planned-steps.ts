/** Every step that runs, named and with the digest of what it runs. */
import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { flattened, type RunningStep, runningPackages } from '../claim/recipe/running.ts';
import { type Sha256, sha256 } from '../digest.ts';
import type { Format } from '../melange/format.ts';

export interface PlannedStep {
  readonly package: string;
  /** Position among the steps, nested ones as `2.1`; from 1. */
  readonly position: string;
  /** The step's name or the pipeline that it came from; may be empty. */
  readonly label: string;
  readonly sha256: Sha256;
}

/** A step with its place. */
export type PlacedStep = Omit<RunningStep, 'nested'>;

/** All steps of a recipe, whether or not they run. */
export function placedSteps(recipe: Recipe): PlacedStep[] {
  const place = (packageName: string, steps: readonly Step[], prefix: string): PlacedStep[] =>
    steps.flatMap((step, index) => {
      const position = `${prefix}${index + 1}`;
      return [{ package: packageName, position, step }, ...place(packageName, step.pipeline, `${position}.`)];
    });
  return [
    ...place(recipe.package.name, recipe.pipeline, ''),
    ...recipe.subpackages.flatMap(({ name, pipeline }) => place(name, pipeline, '')),
  ];
}

/** Steps that run, in the order in which they begin. */
export function runningSteps(recipe: Recipe, format: Format): PlacedStep[] {
  return runningPackages(recipe, format).flatMap(({ steps }) => flattened(steps));
}

export function plannedSteps(recipe: Recipe, format: Format): PlannedStep[] {
  return runningSteps(recipe, format).map(({ package: packageName, position, step }) => ({
    package: packageName,
    position,
    label: step.name === '' ? step.uses : step.name,
    sha256: sha256(Buffer.from(step.runs)),
  }));
}
