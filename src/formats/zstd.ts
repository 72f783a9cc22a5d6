/** The gateway to the `fzstd` package: Zstandard (RFC 8878). */
import { createRequire } from 'node:module';
import { Failure } from '../failure.ts';
import type { Decoded, OnSize } from './decoded.ts';

type Fzstd = typeof import('fzstd');

/** Loaded when first needed. */
const require = createRequire(import.meta.url);

/** The window of `zstd --ultra`; the decoder allocates whatever window a frame asks for. */
const largestWindow = 128 * 1024 * 1024;
const inputPiece = 64 * 1024;

/** Bytes that a frame begins with (RFC 8878 §3.1.1). */
export const zstdMagic: Uint8Array = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

/** The content of all frames. Their check sums are not verified. */
export function decodeZstd(bytes: Uint8Array, onSize: OnSize): Decoded {
  if (windowOf(bytes) > largestWindow || dictionaryOf(bytes) !== 0) return 'not-read';
  const { Decompress }: Fzstd = require('fzstd');
  const pieces: Uint8Array[] = [];
  let refused: unknown;
  const decoder = new Decompress((piece) => {
    try {
      onSize(piece.length);
    } catch (failure) {
      refused = failure;
      throw failure;
    }
    pieces.push(Uint8Array.from(piece));
  });
  try {
    for (let at = 0; at < bytes.length; at += inputPiece) {
      decoder.push(bytes.subarray(at, at + inputPiece), at + inputPiece >= bytes.length);
    }
  } catch {
    if (refused !== undefined) throw refused;
    return 'damaged';
  }
  return Buffer.concat(pieces);
}

/**
 * Decodes a stream piece by piece; the bytes that are handed on are only valid during the call. Fails with `malformed`, with `limit-exceeded`
 * for a first frame that needs a larger window than `zstd` itself accepts, and as the receiver does.
 */
export async function inflateZstd(
  stored: AsyncIterable<Uint8Array>,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  const { Decompress }: Fzstd = require('fzstd');
  let begun = false;
  let refused: unknown;
  const decoder = new Decompress((piece) => {
    try {
      take(piece);
    } catch (failure) {
      refused = failure;
      throw failure;
    }
  });
  try {
    for await (const bytes of stored) {
      if (!begun && windowOf(bytes) > largestWindow)
        throw new Failure('limit-exceeded', 'a Zstandard frame needs a window that is too large');
      begun = true;
      decoder.push(bytes, false);
    }
    decoder.push(new Uint8Array(0), true);
  } catch (failure) {
    if (refused !== undefined) throw refused;
    if (failure instanceof Failure) throw failure;
    throw new Failure('malformed', 'a Zstandard stream is damaged', { cause: failure });
  }
}

/** Fields of the first frame's header (RFC 8878 §3.1.1.1). */
export function zstdHeader(bytes: Uint8Array): ReadonlyMap<string, string> {
  const descriptor = bytes[4] ?? 0;
  return new Map([
    ['content size recorded', String((descriptor & 0xc0) !== 0 || (descriptor & 0x20) !== 0)],
    ['single segment', String((descriptor & 0x20) !== 0)],
    ['check sum', String((descriptor & 4) !== 0)],
    ['dictionary', String(dictionaryOf(bytes))],
    ['window', String(windowOf(bytes))],
  ]);
}

/** The code for the length of the first frame's dictionary id; 0 where it needs no dictionary. */
function dictionaryOf(bytes: Uint8Array): number {
  return Buffer.compare(bytes.subarray(0, 4), zstdMagic) === 0 ? (bytes[4] ?? 0) & 3 : 0;
}

/** The window size of the first frame; infinite where it cannot be read. */
function windowOf(bytes: Uint8Array): number {
  const descriptor = bytes[4];
  if (Buffer.compare(bytes.subarray(0, 4), zstdMagic) !== 0 || descriptor === undefined || bytes.length < 18)
    return 0;
  if ((descriptor & 0x20) === 0) {
    const window = bytes[5]!;
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const size = descriptor >> 6;
  if (size === 0) return view[at]!;
  if (size === 1) return view.readUInt16LE(at) + 256;
  return size === 2 ? view.readUInt32LE(at) : Number(view.readBigUInt64LE(at));
}
