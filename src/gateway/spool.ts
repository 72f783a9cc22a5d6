/**
 * A body that is kept while it is handed on: it goes to the disk as fast as it comes, and to the client as fast as the client reads, which
 * is given nothing that is not on the disk.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { sha256Hasher } from '../digest.ts';
import type { Store } from '../inputs/store/store.ts';
import type { StoredBytes } from '../transcript/exchange.ts';
import type { GuestBody } from './guest-body.ts';

/** More than a record of TLS, so that there are fewer calls, and few enough that they are still in the processor's cache. */
const blockBytes = 64 * 1024;
/** How long a block is waited for before what came of it is passed on. */
const gatheringMilliseconds = 5;

export class Spool {
  readonly #store: Store;
  readonly #hasher = sha256Hasher();
  /** The writer and the reader; the file is closed when both have gone. */
  #users = 1;
  #descriptor: number;
  #path: string;
  #state: 'arriving' | 'whole' | 'cut' = 'arriving';
  /** What is not on the disk yet; made when something comes. */
  #block: Buffer | undefined;
  #gathered = 0;
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#path = store.aside();
    this.#descriptor = openSync(this.#path, 'wx+', 0o600);
  }

  get bytes(): number {
    return this.#written + this.#gathered;
  }

  /** Takes what comes next. Fails where the disk takes no more; `cut` is then to be called. */
  write(chunk: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#hasher.update(chunk);
    this.#block ??= Buffer.allocUnsafeSlow(blockBytes);
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + blockBytes - this.#gathered);
      this.#block.set(part, this.#gathered);
      this.#gathered += part.length;
      at += part.length;
      if (this.#gathered === blockBytes) this.#pass();
    }
    if (this.#gathered > 0) this.#timer ??= setTimeout(() => this.#passLate(), gatheringMilliseconds);
  }

  /** Takes the whole body into the store. Fails where the store does not take it; `cut` is then to be called. */
  async finish(): Promise<StoredBytes> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#pass();
    const sha256 = this.#hasher.digest();
    this.#path = await this.#store.adopt(this.#path, sha256);
    this.#end('whole');
    return { sha256, size: this.#written };
  }

  /** The rest does not come: the reader gets an error. */
  cut(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // A disk that lets nothing go: a later run sweeps it.
    }
    this.#end('cut');
  }

  /** The bytes as they come, for one reader, whose end comes once the store has them. */
  read(): GuestBody {
    if (this.#users === 0 && this.#state === 'whole') this.#descriptor = openSync(this.#path, 'r');
    const isOpen = this.#users > 0 || this.#state === 'whole';
    if (isOpen) this.#users += 1;
    let taken = 0;
    return {
      read: async (into) => {
        while (taken === this.#written && this.#state === 'arriving') await this.#more();
        const length = Math.min(into.length, this.#written - taken);
        if (!isOpen || (length === 0 && this.#state === 'cut'))
          throw new Error('the rest of the body does not come');
        if (length === 0) return 0;
        const got = readSync(this.#descriptor, into, 0, length, taken);
        if (got === 0) throw new Error('the file is shorter than what was written');
        taken += got;
        return got;
      },
      close: () => {
        if (isOpen) this.#leave();
      },
    };
  }

  #passLate(): void {
    try {
      this.#pass();
    } catch (failure) {
      this.#failure = failure;
    }
  }

  /** Writes what was gathered, and passes it on. */
  #pass(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let at = 0; at < this.#gathered; )
      at += writeSync(this.#descriptor, this.#block!, at, this.#gathered - at, this.#written + at);
    this.#written += this.#gathered;
    this.#gathered = 0;
    this.#wake?.();
  }

  #end(state: 'whole' | 'cut'): void {
    clearTimeout(this.#timer);
    this.#block = undefined;
    this.#state = state;
    this.#leave();
    this.#wake?.();
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users === 0) closeSync(this.#descriptor);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
