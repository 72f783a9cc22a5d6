/** Bytes that are read in pieces, and bounded reading where a package chose the size. */
import { Failure } from '../failure.ts';

/** Bytes that can be read in pieces; `read` returns fewer than `length` bytes only at the end. */
export interface Content {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

/** Content held in memory. */
export function contentOf(bytes: Uint8Array): Content {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

export const emptyContent: Content = contentOf(new Uint8Array(0));

const mebibyte = 1024 * 1024;

/** Bytes of a compressed file, and what it may inflate to. */
export const mostCompressed: number = 256 * mebibyte;
export const mostInflated: number = 512 * mebibyte;

/** The bytes of a range, as far as the file has them. Fails with `build-limit` before more than `limit` are held. */
export function readBounded(content: Content, offset: number, length: number, limit: number): Uint8Array {
  const wanted = Math.min(length, Math.max(content.size - offset, 0));
  if (wanted > limit) {
    throw new Failure('build-limit', 'a file of the package is too large to be analysed', {
      expected: `at most ${limit} bytes at once`,
      got: `${wanted} bytes`,
    });
  }
  return content.read(offset, wanted);
}
