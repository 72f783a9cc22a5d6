/** A body that is kept while it is handed on: it goes to the disk as fast as it comes, and to the client as fast as the client reads. */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { sha256Hasher } from '../digest.ts';
import type { Store } from '../inputs/store/store.ts';
import type { StoredBytes } from '../transcript/exchange.ts';

const chunkBytes = 256 * 1024;

export class Spool {
  #path: string;
  readonly #descriptor: number;
  readonly #hasher = sha256Hasher();
  #bytes = 0;
  #isOpen = true;
  #state: 'arriving' | 'whole' | 'cut' = 'arriving';
  #wake: (() => void) | undefined;

  constructor(store: Store) {
    this.#path = store.aside();
    this.#descriptor = openSync(this.#path, 'wx', 0o600);
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const written = writeSync(this.#descriptor, chunk, at, chunk.length - at, this.#bytes);
      at += written;
      this.#bytes += written;
    }
    this.#hasher.update(chunk);
    this.#wake?.();
  }

  /** Takes the whole body into the store. */
  finish(store: Store): StoredBytes {
    const digest = this.#hasher.digest();
    this.#close();
    this.#path = store.adopt(this.#path, digest);
    this.#state = 'whole';
    this.#wake?.();
    return { sha256: digest, size: this.#bytes };
  }

  /** The rest does not come: the reader gets an error. */
  cut(): void {
    this.#close();
    rmSync(this.#path, { force: true });
    this.#state = 'cut';
    this.#wake?.();
  }

  /** The bytes as they come, for one reader. Fails where the rest does not come. */
  async *read(): AsyncGenerator<Uint8Array> {
    const descriptor = openSync(this.#path, 'r');
    try {
      for (let at = 0; ; ) {
        if (at < this.#bytes) {
          const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, this.#bytes - at));
          const read = readSync(descriptor, chunk, 0, chunk.length, at);
          at += read;
          yield chunk.subarray(0, read);
        } else if (this.#state === 'whole') return;
        else if (this.#state === 'cut') throw new Error('the rest of the body does not come');
        else await this.#more();
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
