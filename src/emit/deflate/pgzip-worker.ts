/** The worker thread of `pgzip`: answers each block with its compressed bytes, in the order of arrival. */
import { parentPort, workerData } from 'node:worker_threads';
import type { DeflateGeneration } from '../../melange/format.ts';
import { type PgzipBlock, PgzipBlockEncoder } from './pgzip-block.ts';

const encoder = new PgzipBlockEncoder(workerData as DeflateGeneration);

parentPort?.on('message', (block: PgzipBlock) => {
  const bytes = encoder.encode(block);
  parentPort?.postMessage(bytes, [bytes.buffer]);
});
