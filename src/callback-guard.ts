/** What reads the output of programs. */
import type { Readable } from 'node:stream';

/** Hands streams to callbacks. An exception of a callback would not be caught, so it ends the program instead. */
export class CallbackGuard {
  failure: { readonly cause: unknown } | undefined;
  readonly #end: () => void;

  constructor(end: () => void) {
    this.#end = end;
  }

  consume(stream: Readable, take: ((bytes: Uint8Array) => void) | undefined): void {
    stream.on('error', () => undefined);
    stream.on('data', (bytes: Buffer) => {
      if (take === undefined || this.failure !== undefined) return;
      try {
        take(bytes);
      } catch (cause) {
        this.failure = { cause };
        this.#end();
      }
    });
  }
}
