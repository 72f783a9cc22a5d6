/** How what differs can be made stable: a result of its own, apart from how it is found and tried. */
import type { CauseKind } from '../../compare/cause.ts';
import type { Place } from '../triangulation.ts';

export interface Fixes {
  /** One for each cause that was named and for which something can be done, the most frequent cause first. */
  readonly fixes: readonly Fix[];
  /** All changes as a unified diff of the recipe that the package carries; absent where a line could not be found in its text. */
  readonly patch?: string;
  /** Absent where the changes were not tried. */
  readonly trial?: FixTrial;
}

export interface Fix {
  readonly cause: CauseKind;
  /** What to do, in words. */
  readonly advice: string;
  /** Lines of steps that are known to make a file with this cause; none where no such line is known. */
  readonly changes: readonly LineChange[];
}

/** A step with its place. */
export interface StepText {
  readonly package: string;
  /** Position among the steps of the package, nested ones as `2.1`; from 1. */
  readonly position: string;
  readonly runs: string;
}

/** A line of a step, and what it becomes. All text is attacker-controlled. */
export interface LineChange {
  readonly package: string;
  /** Position of the step, nested ones as `2.1`. */
  readonly position: string;
  /** The number of the line in the step, from 1. */
  readonly line: number;
  readonly was: string;
  readonly becomes: string;
}

/** Whether our own builds agree without the changes; `unknown` where the plan was built once. */
export type BeforeFix = 'unstable' | 'stable' | 'unknown';

/** What two builds with the changes showed. It says nothing about the published file: what was built is not its plan. */
export type FixTrial =
  | { readonly outcome: 'stable'; readonly before: BeforeFix }
  | { readonly outcome: 'unstable'; readonly places: readonly Place[] }
  | { readonly outcome: 'build-failed'; readonly why: string }
  | { readonly outcome: 'not-tried'; readonly why: string };
