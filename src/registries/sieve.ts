/** Versions with their times, divided into what existed and what did not. */
import { mapConcurrently } from '../concurrency.ts';
import { type RemovedVersion, type Undated, undatedOf } from './listed.ts';

export interface Sieved {
  readonly removed: readonly RemovedVersion[];
  /** The names in `removed`. */
  readonly later: ReadonlySet<string>;
  readonly undated: Undated;
}

/** Divides names by their times; a time that is not known keeps the name. */
export function sieve(
  names: readonly string[],
  timeOf: (name: string) => number | undefined,
  seconds: number,
): Sieved {
  const removed: RemovedVersion[] = [];
  const undated: string[] = [];
  for (const name of names) {
    const time = timeOf(name);
    if (time === undefined) undated.push(name);
    else if (time > seconds) removed.push({ name, seconds: time });
  }
  return { removed, later: new Set(removed.map(({ name }) => name)), undated: undatedOf(undated) };
}

/** The most requests for the dates of one list, and how many run at once. */
const limits = { requests: 5000, atOnce: 8 };

/** Times that are requested one by one; those beyond 5000 are not requested. */
export async function askedTimes(
  names: readonly string[],
  timeOf: (name: string) => Promise<number | undefined>,
): Promise<ReadonlyMap<string, number | undefined>> {
  const asked = names.slice(0, limits.requests);
  const times = await mapConcurrently(asked, limits.atOnce, timeOf);
  return new Map(asked.map((name, index) => [name, times[index]]));
}
