/** The one loop that asks a server again: not every failure lasts. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Attempts in a row that bring nothing. */
  readonly attempts: number;
  /** Waited after the first of them; doubled each time. */
  readonly backoffMilliseconds: number;
  readonly signal: AbortSignal;
}

export interface Retries {
  /** What speaks for another attempt; throws where nothing does. */
  readonly judge: (failure: unknown) => Again;
  /** What is thrown where the last attempt failed. */
  readonly givenUp: (failure: unknown) => unknown;
}

export interface Again {
  /** The attempt brought something: those that bring nothing are counted from here. */
  readonly progressed?: boolean;
  /** Waited instead of the usual time. */
  readonly waitMilliseconds?: number | undefined;
}

/** Whatever they bring. */
const mostAttempts = 100;

/** What the first attempt gives that does not fail. */
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
