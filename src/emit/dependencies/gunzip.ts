/** gzip as Go's compress/gzip reads it, as far as that shows: whole files, and members inside of files. */
import { constants, crc32, inflateRawSync } from 'node:zlib';
import type { Content } from '../../build/tree.ts';
import { Failure } from '../../failure.ts';
import { readBounded } from './bounds.ts';

/** Bytes that are inflated at most, and bytes that are read at most for it. */
export const mostInflated = 512 * 1024 * 1024;
const mostCompressed = 256 * 1024 * 1024;

/** The two magic bytes and the one compression method. */
export const gzipMagic: Buffer = Buffer.from([0x1f, 0x8b, 8]);
/** Longest optional text in a header that Go reads, its zero byte included. */
const longestHeaderText = 512;
const flag = { headerCheck: 2, extra: 4, name: 8, comment: 16 } as const;

export interface Inflated {
  readonly bytes: Buffer;
  /** All members were whole and nothing follows the last one. */
  readonly complete: boolean;
}

/**
 * Inflates the members from an offset to the first one that is damaged or to the end; undefined where no member
 * begins there. Of a member that is damaged inside its deflate stream nothing is returned, of one that is cut
 * off everything before.
 */
export function gunzip(content: Content, offset = 0): Inflated | undefined {
  if (!gzipMagic.equals(content.read(offset, gzipMagic.length))) return undefined;
  // A member inside of a file is searched from its start, so its end may stay unread.
  const input =
    offset === 0
      ? readBounded(content, offset, content.size, mostCompressed)
      : content.read(offset, mostCompressed);
  if (headerLength(input) === undefined) return undefined;
  const parts: Buffer[] = [];
  let room = mostInflated;
  let at = 0;
  while (at < input.length) {
    const header = headerLength(input.subarray(at));
    const member = header === undefined ? undefined : inflateMember(input.subarray(at + header), room);
    if (header === undefined || member === undefined) break;
    parts.push(member.bytes);
    room -= member.bytes.length;
    if (!member.whole) break;
    at += header + member.length;
  }
  return { bytes: Buffer.concat(parts), complete: at === input.length };
}

/** Length of the header that the bytes begin with (RFC 1952 §2.3); undefined where there is no whole one. */
function headerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 10 || !gzipMagic.equals(bytes.subarray(0, gzipMagic.length))) return undefined;
  const flags = bytes[3]!;
  const u16 = (offset: number) => (bytes[offset] ?? 0) + (bytes[offset + 1] ?? 0) * 256;
  let length = 10;
  if ((flags & flag.extra) !== 0) length += 2 + u16(length);
  for (const text of [flag.name, flag.comment]) {
    if ((flags & text) === 0) continue;
    const end = bytes.subarray(length, length + longestHeaderText).indexOf(0);
    if (end < 0) return undefined;
    length += end + 1;
  }
  if ((flags & flag.headerCheck) !== 0) {
    if ((crc32(bytes.subarray(0, length)) & 0xffff) !== u16(length)) return undefined;
    length += 2;
  }
  return length > bytes.length ? undefined : length;
}

interface Member {
  readonly bytes: Buffer;
  /** Compressed bytes, trailer included. */
  readonly length: number;
  readonly whole: boolean;
}

function inflateMember(input: Uint8Array, limit: number): Member | undefined {
  const inflated = inflate(input, limit);
  if (inflated === undefined) return undefined;
  const { bytes, consumed } = inflated;
  const trailer = Buffer.from(input.subarray(consumed, consumed + 8));
  const whole =
    trailer.length === 8 &&
    trailer.readUInt32LE(0) === crc32(bytes) &&
    trailer.readUInt32LE(4) === bytes.length % 2 ** 32;
  return { bytes, length: consumed + 8, whole };
}

function inflate(input: Uint8Array, limit: number): { bytes: Buffer; consumed: number } | undefined {
  const options = { maxOutputLength: Math.max(limit, 1), finishFlush: constants.Z_SYNC_FLUSH, info: true };
  try {
    // With `info`, which the type declarations leave out, the result has the state of zlib next to the bytes.
    const result = inflateRawSync(input, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { bytes: result.buffer, consumed: result.engine.bytesWritten };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Failure('build-limit', 'a compressed file of the package is too large to be analysed', {
        expected: `at most ${mostInflated} bytes`,
      });
    }
    return undefined;
  }
}
