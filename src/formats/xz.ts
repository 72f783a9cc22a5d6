/** The gateway to the `xz-decompress` package: xz (tukaani.org/xz/xz-file-format.txt 1.2.1). */
import { createRequire } from 'node:module';
import type { Decoded, OnSize } from './decoded.ts';

type XzDecompress = typeof import('xz-decompress');

/** Loaded when first needed. */
const require = createRequire(import.meta.url);

/** Bytes that a stream begins with (§2.1.1.1). */
export const xzMagic: Uint8Array = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00);

const inputPiece = 64 * 1024;
/** The offset at which the stream flags name the kind of check (§2.1.1.2), and one of the kinds. */
const checkAt = 7;
const sha256Check = 10;

export async function decodeXz(bytes: Uint8Array, onSize: OnSize): Promise<Decoded> {
  if (dictionaryOf(bytes) > largestDictionary) return 'not-read';
  const { XzReadableStream }: XzDecompress = require('xz-decompress');
  const reader = new XzReadableStream(piecesOf(bytes)).getReader();
  const pieces: Uint8Array[] = [];
  let refused: unknown;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(pieces);
      try {
        onSize(value.length);
      } catch (failure) {
        refused = failure;
        throw failure;
      }
      pieces.push(value);
    }
  } catch {
    // The decoder has one instance, which is free for the next stream only once this one was released.
    await reader.cancel().catch(() => undefined);
    if (refused !== undefined) throw refused;
    // The decoder is built without this check.
    return bytes[checkAt] === sha256Check ? 'not-read' : 'damaged';
  }
}

function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.subarray(at, at + inputPiece));
      at += inputPiece;
    },
  });
}

const checks: Readonly<Record<number, string>> = { 0: 'none', 1: 'CRC32', 4: 'CRC64', 10: 'SHA-256' };
const headerBytes = 12;
const lzma2 = 0x21;
/** The dictionary of `xz -9`; the decoder allocates whatever dictionary a block asks for. */
const largestDictionary = 64 * 1024 * 1024;

/** The stream flags, and the filters of the first block. */
export function xzHeader(bytes: Uint8Array): ReadonlyMap<string, string> {
  const filters = filtersOf(bytes).map(({ id, properties }) => `${id.toString(16)}:${properties}`);
  const dictionary = dictionaryOf(bytes);
  return new Map([
    ['check', checks[bytes[checkAt] ?? 0] ?? `kind ${bytes[checkAt]}`],
    ['filters', filters.join(', ')],
    ['dictionary', `${dictionary} bytes`],
  ]);
}

interface Filter {
  readonly id: number;
  readonly properties: string;
}

/** Filters of the first block's header (§3.1). */
function filtersOf(bytes: Uint8Array): Filter[] {
  const size = ((bytes[headerBytes] ?? 0) + 1) * 4;
  const header = bytes.subarray(headerBytes, headerBytes + size);
  const flags = header[1] ?? 0;
  const filters: Filter[] = [];
  let at = 2;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 9; shift += 1) {
      const byte = header[at++] ?? 0;
      value += (byte & 0x7f) * 128 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  if ((flags & 0x40) !== 0) number();
  if ((flags & 0x80) !== 0) number();
  for (let count = (flags & 3) + 1; count > 0 && at < header.length; count -= 1) {
    const id = number();
    const length = number();
    filters.push({ id, properties: Buffer.from(header.subarray(at, at + length)).toString('hex') });
    at += length;
  }
  return filters;
}

/** Bytes of the dictionary of the first block (§5.3.1); 0 without LZMA2. */
function dictionaryOf(bytes: Uint8Array): number {
  const filter = filtersOf(bytes).find(({ id }) => id === lzma2);
  if (filter === undefined || filter.properties === '') return 0;
  const bits = Number.parseInt(filter.properties.slice(0, 2), 16) & 0x3f;
  return (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
}
