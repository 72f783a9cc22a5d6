/** A bound on all that is unpacked together: a server, or a recipe, can bring small things without end that become large. */

const gibibyte = 1024 ** 3;

/** Bytes that the archives of answers become: the modules of the largest Go programs are some 6 GiB. */
export const mostOfArchives: number = 16 * gibibyte;
/** Bytes that bodies become without their content encodings. */
export const mostOfEncodings: number = 4 * gibibyte;
/** Bytes that the archives of recorded sources become. */
export const mostOfSources: number = 16 * gibibyte;

/** What was unpacked, and how many bytes it became. */
export interface Unpacked<Value> {
  readonly value: Value;
  readonly bytes: number;
}

export class Unpacking {
  #left: number;

  /** @param most bytes of everything that is unpacked */
  constructor(most: number) {
    this.#left = most;
  }

  /**
   * What `unpack` gives within `most` bytes, or within what is left where that is less. Where it gives nothing, or fails, it may have made as many
   * bytes as it was allowed, and these count.
   */
  within<Value>(most: number, unpack: (bound: number) => Unpacked<Value> | undefined): Value | undefined {
    const bound = this.#take(most);
    return bound === 0 ? undefined : this.#used(bound, unpack(bound));
  }

  /** The same for what takes its time. */
  async withinLater<Value>(
    most: number,
    unpack: (bound: number) => Promise<Unpacked<Value> | undefined>,
  ): Promise<Value | undefined> {
    const bound = this.#take(most);
    return bound === 0 ? undefined : this.#used(bound, await unpack(bound));
  }

  #take(most: number): number {
    const bound = Math.min(most, this.#left);
    this.#left -= bound;
    return bound;
  }

  #used<Value>(bound: number, unpacked: Unpacked<Value> | undefined): Value | undefined {
    if (unpacked === undefined) return undefined;
    this.#left += bound - Math.min(unpacked.bytes, bound);
    return unpacked.value;
  }
}
