/** Reading what a package chose the size of. */
import type { Content } from '../../build/tree.ts';
import { Failure } from '../../failure.ts';

const mebibyte = 1024 * 1024;

/** Bytes of a compressed file, and what it may inflate to. */
export const mostCompressed: number = 256 * mebibyte;
export const mostInflated: number = 512 * mebibyte;

/** Bytes of a range as far as the file has them. Fails with `build-limit` before more than `limit` are held. */
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
