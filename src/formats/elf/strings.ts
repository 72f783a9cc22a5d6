/** Texts in the string tables of ELF files. */
import { decodeBytes } from '../../bytes.ts';

/** The text up to the next zero byte, cut after a number of bytes. */
export function stringAt(bytes: Uint8Array, start: number, longest = 1024): string {
  const text = bytes.subarray(start, start + longest);
  const end = text.indexOf(0);
  return decodeBytes(end < 0 ? text : text.subarray(0, end));
}
