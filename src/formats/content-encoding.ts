/** Bodies of HTTP as they were before they were encoded for the way (RFC 9110 §8.4), bounded. */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { decodeZstd } from './zstd.ts';

export type Unencoded = Uint8Array | 'damaged' | 'not-read' | 'too-large';

/** Codings on top of each other that are undone; servers use one. */
const mostCodings = 2;

/**
 * The content of a body. `codings` is the value of `Content-Encoding`, empty for none. `not-read` stands for a coding that is not known, or
 * for too many of them; `too-large` for a content of more than `most` bytes, of which no more than that were made.
 */
export function undoContentEncoding(bytes: Uint8Array, codings: string, most: number): Unencoded {
  const names = codings
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > mostCodings) return 'not-read';
  let content: Unencoded = bytes.length > most ? 'too-large' : bytes;
  for (const name of names.reverse()) {
    const decoder = decoders.get(name);
    if (decoder === undefined) return 'not-read';
    if (typeof content === 'string') return content;
    content = decodeWith(decoder, content, most);
  }
  return content;
}

type Decoder = (bytes: Uint8Array, most: number) => Unencoded;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', (bytes, most) => gunzipSync(bytes, { maxOutputLength: most })],
  ['x-gzip', (bytes, most) => gunzipSync(bytes, { maxOutputLength: most })],
  ['deflate', inflateEither],
  ['br', (bytes, most) => brotliDecompressSync(bytes, { maxOutputLength: most })],
  ['zstd', inflateZstdWithin],
]);

function decodeWith(decoder: Decoder, bytes: Uint8Array, most: number): Unencoded {
  // zlib takes no bound of zero.
  if (bytes.length === 0) return bytes;
  try {
    return decoder(bytes, Math.max(most, 1));
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'damaged';
  }
}

/** With the wrapper of zlib, as the RFC says; some servers leave it out, and clients take both. */
function inflateEither(bytes: Uint8Array, most: number): Uint8Array {
  const isWrapped = (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | (bytes[1] ?? 0)) % 31 === 0;
  const inflate = isWrapped ? inflateSync : inflateRawSync;
  return inflate(bytes, { maxOutputLength: most });
}

class TooLarge extends Error {}

function inflateZstdWithin(bytes: Uint8Array, most: number): Unencoded {
  let size = 0;
  try {
    return decodeZstd(bytes, (length) => {
      size += length;
      if (size > most) throw new TooLarge();
    });
  } catch (error) {
    if (error instanceof TooLarge) return 'too-large';
    throw error;
  }
}
