/** gzip as Go's compress/gzip reads it, as far as melange depends on it: whole files, and members inside files. */
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { Failure } from '../failure.ts';
import type { Content } from './content.ts';
import { mostCompressed, mostInflated, readBounded } from './content.ts';

/** The most members: more than any writer of kernels makes, and few enough to be inflated one by one. */
const mostMembers = 65_536;
/** The two magic bytes and the one compression method. */
export const gzipMagic: Buffer = Buffer.from([0x1f, 0x8b, 8]);
/** Longest optional text in a header that Go reads, its zero byte included. */
const longestHeaderText = 512;
const flag = { headerCheck: 2, extra: 4, name: 8, comment: 16 } as const;

/**
 * A whole file of members, inflated; undefined where it does not begin as one. Go gives up on the file where any
 * part of it is damaged or something follows the last member. Fails with `build-limit` beyond `most` bytes.
 */
export function gunzipFile(
  content: Content,
  most: number = mostInflated,
): Uint8Array | 'damaged' | undefined {
  if (!beginsMember(content, 0)) return undefined;
  const input = readBounded(content, 0, content.size, mostCompressed);
  if (headerLength(input) === undefined) return undefined;
  const { bytes, end } = inflateMembers(input, most);
  return end === input.length ? bytes : 'damaged';
}

/** The members inside a file from an offset on, up to the first damage; undefined where none begins there. */
export function gunzipInside(content: Content, offset: number): Inside | undefined {
  if (!beginsMember(content, offset)) return undefined;
  const input = content.read(offset, mostCompressed);
  if (headerLength(input) === undefined) return undefined;
  const { bytes, damaged, end } = inflateMembers(input, mostInflated);
  const rest = damaged === undefined ? undefined : longestIntact(damaged);
  return {
    bytes: rest === undefined ? bytes : Buffer.concat([bytes, rest]),
    complete: offset + end === content.size,
  };
}

export interface Inside {
  readonly bytes: Uint8Array;
  /** Whether all members were complete, and the file ends with the last one. */
  readonly complete: boolean;
}

function beginsMember(content: Content, offset: number): boolean {
  return gzipMagic.equals(content.read(offset, gzipMagic.length));
}

interface Members {
  readonly bytes: Buffer;
  /** Where the last whole member ends. */
  readonly end: number;
  /** A deflate stream that is damaged inside. */
  readonly damaged?: Uint8Array;
}

function inflateMembers(input: Uint8Array, most: number): Members {
  const parts: Buffer[] = [];
  let room = most;
  let end = 0;
  while (end < input.length) {
    if (parts.length === mostMembers) throw tooLarge(`at most ${mostMembers} gzip members`);
    const header = headerLength(input.subarray(end));
    if (header === undefined) break;
    const stream = input.subarray(end + header);
    const member = inflateMember(stream, room);
    if (member === undefined) return { bytes: joined(parts), end, damaged: stream };
    parts.push(member.bytes);
    room -= member.bytes.length;
    if (!member.whole) break;
    end += header + member.length;
  }
  return { bytes: joined(parts), end };
}

/** The parts joined, without a copy where there is only one. */
function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Length of the header that the bytes begin with (RFC 1952 §2.3); undefined where there is no complete header. */
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
    if ((error as { code?: unknown }).code !== 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw tooLarge(`at most ${mostInflated} bytes`);
  }
}

function tooLarge(expected: string): Failure {
  return new Failure('build-limit', 'a compressed file of the package is too large to be analysed', {
    expected,
  });
}

/** The content of a damaged deflate stream up to the damage. */
function longestIntact(stream: Uint8Array): Buffer | undefined {
  let intact = 0;
  let damaged = stream.length;
  while (damaged - intact > 1) {
    const middle = Math.floor((intact + damaged) / 2);
    if (inflate(stream.subarray(0, middle), mostInflated) === undefined) damaged = middle;
    else intact = middle;
  }
  return inflate(stream.subarray(0, intact), mostInflated)?.bytes;
}
