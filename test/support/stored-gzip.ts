/** Gzip members without compression: the same bytes whatever zlib is installed. */
import { crc32 } from 'node:zlib';

export interface GzipShape {
  readonly mtime?: number;
  readonly os?: number;
  readonly name?: string;
  /** Bytes of one stored block. */
  readonly blockBytes?: number;
}

export function storedGzip(bytes: Uint8Array, shape: GzipShape = {}): Buffer {
  const header = Buffer.from([
    0x1f,
    0x8b,
    8,
    shape.name === undefined ? 0 : 8,
    0,
    0,
    0,
    0,
    0,
    shape.os ?? 255,
  ]);
  header.writeUInt32LE(shape.mtime ?? 0, 4);
  const name = shape.name === undefined ? [] : [Buffer.from(`${shape.name}\0`)];
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, ...name, storedDeflate(bytes, shape.blockBytes), trailer]);
}

/** A zlib stream (RFC 1950) of stored blocks. */
export function storedZlib(bytes: Uint8Array): Buffer {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(b * 65_536 + a);
  return Buffer.concat([Buffer.from([0x78, 0x01]), storedDeflate(bytes), trailer]);
}

function storedDeflate(bytes: Uint8Array, blockBytes = 65_535): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    const header = Buffer.alloc(5);
    header[0] = at + blockBytes >= bytes.length ? 1 : 0;
    header.writeUInt16LE(block.length, 1);
    header.writeUInt16LE(0xffff ^ block.length, 3);
    blocks.push(header, Buffer.from(block));
  }
  return Buffer.concat(blocks);
}
