/** Differences up to a limit: those beyond it are only counted. */

import { defaultCompareLimits } from './compare-limits.ts';
import type { Difference } from './difference.ts';

export interface DifferenceList {
  readonly differences: readonly Difference[];
  /** The number of differences that are not listed; absent where the list is complete. */
  readonly unlisted?: number;
}

/** Takes any number of differences and keeps the first of them. */
export class Differences {
  readonly #most: number;
  readonly #differences: Difference[] = [];
  #unlisted = 0;

  constructor(most: number = defaultCompareLimits.differences) {
    this.#most = most;
  }

  add(difference: Difference): void {
    if (this.#differences.length < this.#most) this.#differences.push(difference);
    else this.#unlisted += 1;
  }

  addAll(differences: Iterable<Difference>): void {
    for (const each of differences) this.add(each);
  }

  get list(): DifferenceList {
    const differences = this.#differences;
    return this.#unlisted === 0 ? { differences } : { differences, unlisted: this.#unlisted };
  }
}

/** The number of differences in all, whether listed or not. */
export function countDifferences(lists: readonly DifferenceList[]): number {
  return lists.reduce((sum, { differences, unlisted = 0 }) => sum + differences.length + unlisted, 0);
}

/** Several lists as one. */
export function joined(lists: readonly DifferenceList[]): DifferenceList {
  const differences = lists.flatMap((each) => each.differences);
  const unlisted = countDifferences(lists) - differences.length;
  return unlisted === 0 ? { differences } : { differences, unlisted };
}

/** Whether everything that differs is listed, so that what the lists lack does not differ. */
export function isComplete(lists: readonly DifferenceList[]): boolean {
  return lists.every(({ unlisted = 0 }) => unlisted === 0);
}
