/** gzip members (RFC 1952) as the Go programs write them: without a name, level not stated, system unknown. */
import { crc32 } from 'node:zlib';
import type { DeflateEncoder } from '../../melange/deflate-encoder.ts';
import { BitWriter } from './bit-writer.ts';
import { Level5Encoder } from './level5.ts';
import { encodeLevel6 } from './level6.ts';

/**
 * The header of klauspost/compress and pgzip. They write the low 32 bits of the Unix time of Go's zero time
 * (the year 1: -62,135,596,800 s) as the modification time.
 */
export const klauspostHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0x00, 0x09, 0x6e, 0x88, 0, 255);
/** The header of Go's compress/gzip, which writes 0 for times before 1970. */
const goHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** CRC-32 and length (modulo 2^32) of what was compressed. */
export function gzipTrailer(crc: number, length: number): Uint8Array {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, crc, true);
  trailer.setUint32(4, length, true);
  return new Uint8Array(trailer.buffer);
}

/** A member as klauspost/compress's gzip writes it at its default level. */
export function gzipKlauspost(input: Uint8Array, encoder: DeflateEncoder): Uint8Array {
  const level5 = new Level5Encoder(encoder);
  const { out } = level5.writer;
  out.bytes(klauspostHeader);
  level5.encode(input);
  level5.writer.finish();
  out.bytes(gzipTrailer(crc32(input), input.length));
  return out.take();
}

/** A member as compress/gzip of Go (up to 1.26) writes it at its default level when the input comes in one piece. */
export function gzipGo(input: Uint8Array): Uint8Array {
  const out = new BitWriter();
  out.bytes(goHeader);
  encodeLevel6(out, input);
  out.bytes(gzipTrailer(crc32(input), input.length));
  return out.take();
}
