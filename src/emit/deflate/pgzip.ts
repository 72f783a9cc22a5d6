import { crc32 } from 'node:zlib';
import type { DeflateEncoder } from '../../melange/deflate-encoder.ts';
import { gzipTrailer, klauspostHeader } from './gzip-writer.ts';
import { cutBlocks, type PgzipBlock, PgzipBlockEncoder } from './pgzip-block.ts';
import { PgzipPool } from './pgzip-pool.ts';

export interface PgzipOptions {
  readonly encoder: DeflateEncoder;
  /** Worker threads for inputs of several MiB; 1 (the default) encodes on the calling thread. */
  readonly threads?: number;
}

/** Blocks in flight for each worker, so that a slow worker does not stop the others at once. */
const blocksPerWorker = 3;

/** Workers need some 0.3 s of their processor to start and warm up; fewer blocks are encoded sooner without them. */
const leastForWorkers = 8;

/**
 * Compresses a stream into one gzip member as klauspost/pgzip does with its default level and block size (1 MiB).
 * The bytes depend neither on how the input is cut nor on the number of threads. Holds a few blocks for each
 * thread; ending the iteration early stops the workers.
 */
export async function* pgzip(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { encoder, threads = 1 }: PgzipOptions,
): AsyncGenerator<Uint8Array> {
  const sum = { crc: 0, length: 0 };
  const blocks = summed(cutBlocks(chunks), sum);
  yield klauspostHeader.slice();
  yield* threads > 1 ? encodeParallel(blocks, encoder, threads) : encodeInline(blocks, encoder);
  yield gzipTrailer(sum.crc, sum.length);
}

/** Passes blocks on and adds them to the sum. */
async function* summed(
  blocks: AsyncIterable<PgzipBlock>,
  sum: { crc: number; length: number },
): AsyncGenerator<PgzipBlock> {
  for await (const block of blocks) {
    const data = block.bytes.subarray(block.dictionary);
    sum.crc = crc32(data, sum.crc);
    sum.length += data.length;
    yield block;
  }
}

async function* encodeInline(
  blocks: Iterable<PgzipBlock> | AsyncIterable<PgzipBlock>,
  encoder: DeflateEncoder,
): AsyncGenerator<Uint8Array> {
  const blockEncoder = new PgzipBlockEncoder(encoder);
  for await (const block of blocks) yield blockEncoder.encode(block);
}

async function* encodeParallel(
  blocks: AsyncGenerator<PgzipBlock>,
  encoder: DeflateEncoder,
  threads: number,
): AsyncGenerator<Uint8Array> {
  const first = await takeFirst(blocks, leastForWorkers);
  if (first.length < leastForWorkers) {
    yield* encodeInline(first, encoder);
    return;
  }
  const pool = new PgzipPool(encoder, threads);
  const inFlight: Promise<Uint8Array>[] = [];
  const encode = (block: PgzipBlock) => {
    const encoded = pool.encode(block);
    // A rejection is handled when its turn comes, or never if the iteration ends early.
    encoded.catch(() => {});
    inFlight.push(encoded);
  };
  try {
    for (const block of first) encode(block);
    for await (const block of blocks) {
      while (inFlight.length >= blocksPerWorker * threads) yield await inFlight.shift()!;
      encode(block);
    }
    for (const encoded of inFlight) yield await encoded;
  } finally {
    await pool.close();
  }
}

/** Takes the first items, or fewer where there are fewer; the rest stays. */
async function takeFirst<T>(items: AsyncGenerator<T>, count: number): Promise<T[]> {
  const first: T[] = [];
  while (first.length < count) {
    const item = await items.next();
    if (item.done) break;
    first.push(item.value);
  }
  return first;
}
