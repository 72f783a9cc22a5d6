/** The last bytes of a stream of output. */
export class OutputTail {
  #held: Buffer = Buffer.alloc(0);
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): void {
    const last = bytes.subarray(Math.max(0, bytes.length - this.#limit));
    const kept = this.#held.subarray(Math.max(0, this.#held.length + last.length - this.#limit));
    this.#held = Buffer.concat([kept, last]);
  }

  text(): string {
    return this.#held.toString('utf8');
  }
}
