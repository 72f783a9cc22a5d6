/** Compares whole files, byte by byte: only here can two packages be found to be the same. */
import type { ByteSource } from '../byte-source.ts';
import type { Sha256 } from '../digest.ts';
import { witnessedSha256Hasher } from '../witnessed-digest.ts';

declare const proof: unique symbol;

/** Proof that two files were read to their ends and held the same bytes; made by `compareFiles` and nowhere else. */
export interface EqualFiles {
  readonly [proof]: true;
  /** The digest of both files, each computed by two independent implementations. */
  readonly sha256: Sha256;
  readonly size: number;
}

export type FileComparison =
  | { readonly equal: true; readonly proof: EqualFiles }
  | {
      readonly equal: false;
      readonly published: { readonly sha256: Sha256; readonly size: number };
      readonly rebuilt: { readonly sha256: Sha256; readonly size: number };
      /** Offset of the first byte that differs, or at which the shorter file ends. */
      readonly firstDifference: number;
    };

/** Reads both files once, side by side. */
export async function compareFiles(published: ByteSource, rebuilt: ByteSource): Promise<FileComparison> {
  const sides = [new Side(published), new Side(rebuilt)] as const;
  let firstDifference: number | undefined;
  let offset = 0;
  for (;;) {
    const [left, right] = [await sides[0].peek(), await sides[1].peek()];
    if (left.length === 0 && right.length === 0) break;
    const length = left.length === 0 || right.length === 0 ? 0 : Math.min(left.length, right.length);
    firstDifference ??= differenceIn(left, right, length, offset);
    offset += length;
    sides[0].take(length === 0 ? left.length : length);
    sides[1].take(length === 0 ? right.length : length);
  }
  const [a, b] = sides.map((side) => side.finish()) as [SideEnd, SideEnd];
  if (firstDifference === undefined && a.sha256 === b.sha256 && a.size === b.size) {
    return { equal: true, proof: { ...a } as EqualFiles };
  }
  return { equal: false, published: a, rebuilt: b, firstDifference: firstDifference ?? offset };
}

function differenceIn(
  left: Uint8Array,
  right: Uint8Array,
  length: number,
  offset: number,
): number | undefined {
  if (length === 0) return offset;
  if (Buffer.compare(left.subarray(0, length), right.subarray(0, length)) === 0) return undefined;
  for (let at = 0; at < length; at++) {
    if (left[at] !== right[at]) return offset + at;
  }
  return undefined;
}

interface SideEnd {
  readonly sha256: Sha256;
  readonly size: number;
}

class Side {
  #held: Uint8Array = new Uint8Array(0);
  #size = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #hasher = witnessedSha256Hasher();

  constructor(source: ByteSource) {
    this.#chunks = source.open()[Symbol.asyncIterator]();
  }

  /** The bytes that come next; none at the end. */
  async peek(): Promise<Uint8Array> {
    while (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      this.#held = next.value;
      this.#size += next.value.length;
      this.#hasher.update(next.value);
    }
    return this.#held;
  }

  take(length: number): void {
    this.#held = this.#held.subarray(length);
  }

  finish(): SideEnd {
    return { sha256: this.#hasher.digest(), size: this.#size };
  }
}
