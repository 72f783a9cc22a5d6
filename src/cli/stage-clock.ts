/** Times the stages of packages. Only the command line reads the clock. */
import type { ProgressEvent, Stage } from '../flow/run-options.ts';
import { type TimedStage, type Timings, timedStages } from '../report/timings.ts';

export class StageClock {
  readonly #began: number;
  readonly #now: () => number;
  readonly #open = new Map<number, { readonly stage: Stage; readonly since: number }>();
  readonly #spent = new Map<number, Record<TimedStage, number>>();

  /** @param now milliseconds that only go forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#began = now();
  }

  take(event: ProgressEvent): void {
    if (event.kind !== 'stage') return;
    for (const place of event.places) {
      this.finish(place);
      this.#open.set(place, { stage: event.stage, since: this.#now() });
    }
  }

  /** Ends the stage of a package. */
  finish(place: number): void {
    const open = this.#open.get(place);
    this.#open.delete(place);
    const stage = timedStages.find((each) => each === open?.stage);
    if (open !== undefined && stage !== undefined)
      this.#spentBy(place)[stage] += (this.#now() - open.since) / 1000;
  }

  /** What was spent until now on each of a number of packages. */
  timings(packages: number): Timings {
    const places = Array.from({ length: packages }, (_, place) => this.#spentBy(place));
    return { seconds: (this.#now() - this.#began) / 1000, packages: places };
  }

  #spentBy(place: number): Record<TimedStage, number> {
    const spent = this.#spent.get(place) ?? { read: 0, plan: 0, rebuild: 0, compare: 0 };
    this.#spent.set(place, spent);
    return spent;
  }
}
