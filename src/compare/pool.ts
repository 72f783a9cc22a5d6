/** Worker threads that compare contents. */

import { Worker } from 'node:worker_threads';
import { unreadPart } from './comparators/parts.ts';
import type { CompareJob } from './compare-worker.ts';
import type { Part } from './part.ts';

const threads = 2;
/** Heap of a thread in MiB; contents are held outside of it. */
const heapMebibytes = 512;

/** A pool of threads that take contents in turn; each starts when it is first needed. */
export class ComparePool {
  readonly #threads: (Thread | undefined)[] = [];
  #turn = 0;

  /** The parts; the buffers are transferred. Where a content ends its thread, a part says so. */
  compare(job: CompareJob): Promise<readonly Part[]> {
    const turn = this.#turn++ % threads;
    const thread = this.#threads[turn] ?? new Thread(() => delete this.#threads[turn]);
    this.#threads[turn] = thread;
    return thread.compare(job);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread?.stop()));
  }
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting: ((parts: readonly Part[]) => void)[] = [];

  constructor(onEnd: () => void) {
    // Flags of the process, like --input-type, may not suit a worker.
    const options = { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heapMebibytes } };
    this.#worker = new Worker(new URL('./compare-worker.js', import.meta.url), options);
    this.#worker.unref();
    this.#worker.on('message', (parts: readonly Part[]) => this.#waiting.shift()?.(parts));
    this.#worker.on('error', () => undefined);
    this.#worker.on('exit', () => {
      onEnd();
      const part = unreadPart('binary', '', 'comparing it needs more memory than is allowed');
      for (const answer of this.#waiting.splice(0)) answer([part]);
    });
  }

  compare(job: CompareJob): Promise<readonly Part[]> {
    return new Promise((resolve) => {
      this.#waiting.push((parts) => {
        if (this.#waiting.length === 0) this.#worker.unref();
        resolve(parts);
      });
      // The worker keeps the process alive only while an answer is awaited.
      this.#worker.ref();
      this.#worker.postMessage(job, transferable(job));
    });
  }

  async stop(): Promise<void> {
    this.#worker.ref();
    await this.#worker.terminate();
  }
}

/** The buffers that can be transferred: those that hold only one content. */
function transferable({ published, rebuilt }: CompareJob): ArrayBuffer[] {
  return [published, rebuilt].flatMap((bytes) =>
    bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer] : [],
  );
}
