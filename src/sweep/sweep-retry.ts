/** Whether a job is tried again after an attempt, when, and where; with how much is learned (learned-needs.ts). */
import type { Attempt, AttemptClass } from './attempt.ts';

interface RetryRule {
  /** Attempts of this class that may be followed by a further one. */
  readonly times: number;
  /** Seconds until the next one: from the first, doubled each time, up to the last. */
  readonly wait: readonly [first: number, most: number];
  /** By a different worker than the one that made this attempt. */
  readonly elsewhere: boolean;
}

const never: RetryRule = { times: 0, wait: [0, 0], elsewhere: false };

/**
 * By class. A mismatch is a verdict, so it is never tried again; trouble of a machine says nothing about a package. What waits for an index
 * (`environment-unavailable`) is queued by the next plan that sees a changed one.
 */
const retryRules: Readonly<Record<AttemptClass, RetryRule>> = {
  settled: never,
  'build-failed': { times: 1, wait: [0, 0], elsewhere: true },
  memory: { times: 1, wait: [0, 0], elsewhere: false },
  disk: { times: 1, wait: [0, 0], elsewhere: false },
  time: { times: 1, wait: [0, 0], elsewhere: false },
  network: { times: 5, wait: [60, 6 * 60 * 60], elsewhere: false },
  'environment-unavailable': never,
  inconclusive: never,
  'worker-lost': { times: 3, wait: [0, 0], elsewhere: false },
  'worker-unfit': { times: 3, wait: [60, 60 * 60], elsewhere: true },
  internal: never,
  cancelled: { ...never, times: Number.POSITIVE_INFINITY },
};

export type Retry =
  | { readonly kind: 'final' }
  | {
      readonly kind: 'again';
      /** Milliseconds after the end of the last attempt. */
      readonly after: number;
      /** The worker that is not to have it, while there is a different one. */
      readonly notBy: string | undefined;
    };

/** Decides from the attempts of a job since it was last queued by hand or by a plan, the last one last. What failed in the same way as often as its class allows is final. */
export function decideRetry(attempts: readonly Pick<Attempt, 'class' | 'worker'>[]): Retry {
  const last = attempts.at(-1);
  if (last === undefined) return { kind: 'again', after: 0, notBy: undefined };
  const { times, wait, elsewhere } = retryRules[last.class];
  const same = attempts.filter((each) => each.class === last.class).length;
  if (same > times) return { kind: 'final' };
  const [first, most] = wait;
  const after = first === 0 ? 0 : Math.min(first * 2 ** (same - 1), most) * 1000;
  return { kind: 'again', after, notBy: elsewhere ? last.worker : undefined };
}
