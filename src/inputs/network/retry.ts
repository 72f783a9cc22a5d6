/** The only loop that repeats requests to a server: not every failure lasts. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Attempts in a row without progress. */
  readonly attempts: number;
  /** The wait after the first of them; doubled each time. */
  readonly backoffMilliseconds: number;
  readonly signal: AbortSignal;
}

export interface Retries {
  /** Decides on another attempt; throws where none is worth it. */
  readonly judge: (failure: unknown) => Again;
  /** The failure that is thrown where the last attempt failed. */
  readonly givenUp: (failure: unknown) => unknown;
}

export interface Again {
  /** Whether the attempt made progress: attempts without progress are then counted from here. */
  readonly progressed?: boolean;
  /** Waited instead of the usual time. */
  readonly waitMilliseconds?: number | undefined;
}

/** The most attempts, even with progress. */
const mostAttempts = 100;

/** The result of the first attempt that does not fail. */
export async function withRetries<T>(
  exchange: () => Promise<T>,
  { judge, givenUp }: Retries,
  { attempts, backoffMilliseconds, signal }: Patience,
): Promise<T> {
  let idle = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await exchange();
    } catch (failure) {
      signal.throwIfAborted();
      const { progressed = false, waitMilliseconds } = judge(failure);
      idle = progressed ? 0 : idle + 1;
      if (idle >= attempts || attempt >= mostAttempts) throw givenUp(failure);
      const usual = backoffMilliseconds * 2 ** Math.max(0, idle - 1);
      await sleep(waitMilliseconds ?? usual, undefined, { signal });
    }
  }
}
