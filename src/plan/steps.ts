/** Every step of the recipe, named and with the digest of what it runs. */
import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { type Sha256, sha256 } from '../digest.ts';

export interface PlannedStep {
  readonly package: string;
  /** Position among the steps, nested ones as `2.1`; from 1. */
  readonly position: string;
  /** The step's name or the pipeline that it came from; may be empty. */
  readonly label: string;
  readonly sha256: Sha256;
}

/** A step with its place, in the order in which steps run. */
export interface PlacedStep {
  readonly package: string;
  readonly position: string;
  readonly step: Step;
}

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

export function plannedSteps(recipe: Recipe): PlannedStep[] {
  return placedSteps(recipe).map(({ package: packageName, position, step }) => ({
    package: packageName,
    position,
    label: step.name === '' ? step.uses : step.name,
    sha256: sha256(Buffer.from(step.runs)),
  }));
}
