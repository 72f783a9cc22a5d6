/** The worker thread of `pgzip`: answers each block with its compressed bytes, in the order of arrival. */
import { parentPort, workerData } from 'node:worker_threads';
import type { DeflateEncoder } from '../../melange/deflate-encoder.ts';
import { type PgzipBlock, PgzipBlockEncoder } from './pgzip-block.ts';

const encoder = new PgzipBlockEncoder(workerData as DeflateEncoder);

// The answer is copied: once a thread has transferred a buffer, V8 tests at every access whether the buffer is still
// there, and the encoder takes a tenth more time.
parentPort?.on('message', (block: PgzipBlock) => parentPort?.postMessage(encoder.encode(block)));
