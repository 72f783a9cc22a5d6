/** How long a run took: it is not part of the result, which is the same however long it took. */
import type { Stage } from '../flow/run-options.ts';

export const timedStages = ['read', 'plan', 'rebuild', 'compare'] as const satisfies readonly Stage[];

export type TimedStage = (typeof timedStages)[number];

export interface Timings {
  /** Seconds of the whole run. */
  readonly seconds: number;
  /** Of each package, in the order of the result. What packages of one build share is counted for each of them. */
  readonly packages: readonly Readonly<Record<TimedStage, number>>[];
}

export const timingHeads: readonly string[] = [...timedStages, 'all'];

/** Seconds of each stage and of all of them, as text; one row for each package. */
export function timingRows({ packages }: Timings): readonly (readonly string[])[] {
  return packages.map((stages) => {
    const all = timedStages.reduce((sum, stage) => sum + stages[stage], 0);
    return [...timedStages.map((stage) => stages[stage]), all].map(secondsText);
  });
}

/** The seconds of one package, all stages together; 0 for one that was not timed. */
export function secondsOf({ packages }: Timings, at: number): number {
  const stages = packages[at];
  return stages === undefined ? 0 : timedStages.reduce((sum, stage) => sum + stages[stage], 0);
}

export function secondsText(seconds: number): string {
  return seconds.toFixed(2);
}
