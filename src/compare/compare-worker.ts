/** The worker thread of `pool.ts`: answers each pair of contents with its parts, in the order of arrival. */
import { parentPort } from 'node:worker_threads';
import { compareContent } from './comparators/comparators.ts';
import type { CompareLimits } from './compare-limits.ts';

export interface CompareJob {
  readonly path: string;
  readonly published: Uint8Array;
  readonly rebuilt: Uint8Array;
  readonly limits: CompareLimits;
}

let before: Promise<void> = Promise.resolve();

parentPort?.on('message', ({ path, published, rebuilt, limits }: CompareJob) => {
  before = before.then(async () => {
    parentPort?.postMessage(await compareContent(path, published, rebuilt, limits));
  });
});
