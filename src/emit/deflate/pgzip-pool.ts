/** Worker threads that encode the blocks of one stream. */
import { Worker } from 'node:worker_threads';
import { Failure } from '../../failure.ts';
import type { DeflateEncoder } from '../../melange/deflate-encoder.ts';
import type { PgzipBlock } from './pgzip-block.ts';

interface Job {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (reason: Failure) => void;
}

/** A pool of workers that take the blocks of one stream; each starts when it is first needed. */
export class PgzipPool {
  readonly #encoder: DeflateEncoder;
  readonly #threads: number;
  readonly #workers: BlockWorker[] = [];

  constructor(encoder: DeflateEncoder, threads: number) {
    this.#encoder = encoder;
    this.#threads = threads;
  }

  /** The compressed block; the buffer of the block is transferred. */
  encode(block: PgzipBlock): Promise<Uint8Array> {
    return this.#idlest().encode(block);
  }

  /** The worker with the fewest blocks. They are not taken in turn: where other programs slow down one worker, the others go on. */
  #idlest(): BlockWorker {
    const [idlest] = this.#workers.toSorted((a, b) => a.waiting - b.waiting);
    if (idlest && (idlest.waiting === 0 || this.#workers.length === this.#threads)) return idlest;
    const worker = new BlockWorker(this.#encoder);
    this.#workers.push(worker);
    return worker;
  }

  /** Stops the workers; blocks that are still being encoded are rejected. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}

class BlockWorker {
  readonly #worker: Worker;
  /** The jobs that wait for the next answers. */
  readonly #jobs: Job[] = [];
  #stopped: Failure | undefined;

  constructor(encoder: DeflateEncoder) {
    // Flags of the process, like --input-type, may not suit a worker.
    const options = { workerData: encoder, execArgv: [] };
    this.#worker = new Worker(new URL('./pgzip-worker.js', import.meta.url), options);
    this.#worker.unref();
    this.#worker.on('message', (bytes: Uint8Array) => {
      this.#jobs.shift()?.resolve(bytes);
      if (this.#jobs.length === 0) this.#worker.unref();
    });
    this.#worker.on('error', (cause) => this.#reject(cause));
    this.#worker.on('exit', () => this.#reject());
  }

  /** The number of blocks that it has not answered yet. */
  get waiting(): number {
    return this.#jobs.length;
  }

  encode(block: PgzipBlock): Promise<Uint8Array> {
    if (this.#stopped) return Promise.reject(this.#stopped);
    return new Promise((resolve, reject) => {
      this.#jobs.push({ resolve, reject });
      // The worker keeps the process alive only while an answer is awaited.
      this.#worker.ref();
      this.#worker.postMessage(block, [block.bytes.buffer]);
    });
  }

  async stop(): Promise<void> {
    // The process has to wait for the end, so a late answer must not release the worker again.
    this.#worker.removeAllListeners('message');
    this.#worker.ref();
    await this.#worker.terminate();
  }

  #reject(cause?: unknown): void {
    this.#stopped ??= new Failure('internal', 'a compression worker stopped', { cause });
    for (const job of this.#jobs.splice(0)) job.reject(this.#stopped);
  }
}
