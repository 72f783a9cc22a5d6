/** Caches of fontconfig for machines of 64 bits, little endian (fontconfig src/fcint.h, struct _FcCache). */
import { readWhole, timeText } from './byte-cursor.ts';

export const fontconfigMagic: readonly number[] = [0x04, 0xfc, 0x02, 0xfc];

const headerBytes = 64;

export function readFontconfigCache(
  bytes: Uint8Array,
): { readonly values: ReadonlyMap<string, string>; readonly body: Uint8Array } | undefined {
  return readWhole(bytes, (cursor) => {
    cursor.take(4);
    const version = cursor.u32le();
    const size = cursor.u64le();
    const directory = Number(cursor.u64le());
    cursor.take(8);
    const folders = cursor.u32le();
    cursor.take(4);
    const set = cursor.u64le();
    const checksum = cursor.u32le();
    cursor.take(4);
    const nanoseconds = cursor.u64le();
    return {
      values: new Map([
        ['version', String(version)],
        ['size', String(size)],
        ['directory', cursor.from(directory).zeroEnded()],
        ['subdirectories', String(folders)],
        ['offset of the fonts', String(set)],
        ['time of the directory', timeText(checksum)],
        ['nanoseconds of that time', String(nanoseconds)],
      ]),
      body: bytes.subarray(headerBytes),
    };
  });
}
