/**
 * Tar as apk uses it, read as a stream and without loss: raw header blocks and raw pax bytes are kept, so
 * that binary attributes survive and every header byte can be compared (POSIX.1-2017 pax, "pax
 * Interchange Format"; Go archive/tar writes it, apk-tools reads it).
 */
import { encodeBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';
import {
  applyPax,
  number,
  type PaxRecord,
  parseHeader,
  parsePax,
  requireChecksum,
  type TarHeader,
} from './tar-header.ts';

export interface TarSink {
  entry(header: TarHeader): void;
  /** Content of the entry begun last, in pieces. */
  content(bytes: Uint8Array): void;
  entryEnd(): void;
}

export interface TarBounds {
  readonly entries: number;
  readonly pathBytes: number;
  readonly paxBytes: number;
  /** The bytes of all headers together, pax headers included. */
  readonly headerBytes: number;
  /**
   * Accepts what other programs write as well: GNU's long names (type flags L and K), pax headers for all that follows (g, whose
   * records are skipped), and an end without the padding of the last content (umoci). apk tools write none of these.
   */
  readonly foreign?: boolean;
}

/** The form of a section's end: Go closes the data section and only flushes the others. */
export interface TarEnd {
  /** Zero blocks of 512 bytes behind the last entry. */
  readonly zeroBlocks: number;
  /** Bytes of the section. */
  readonly size: number;
}

const block = 512;

/** A push parser: `write` inflated bytes in any pieces, then `end`. Fails with `malformed` or `limit-exceeded`. */
export class TarReader {
  readonly #sink: TarSink;
  readonly #bounds: TarBounds;
  readonly #shelf = new Shelf();
  readonly #header = Buffer.allocUnsafeSlow(block);
  #headerFilled = 0;
  #offset = 0;
  #entries = 0;
  #headerBytes = 0;
  #zeroBlocks = 0;
  #content = 0;
  #padding = 0;
  #pending: PendingPax | undefined;
  #collected: Uint8Array[] = [];

  constructor(sink: TarSink, bounds: TarBounds) {
    this.#sink = sink;
    this.#bounds = bounds;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += this.#step(bytes.subarray(at));
  }

  end(): TarEnd {
    const unpadded = this.#padding > 0 && this.#bounds.foreign !== true;
    if (this.#content > 0 || unpadded || this.#headerFilled > 0 || this.#pending !== undefined) {
      throw new Failure('malformed', 'a tar archive ends inside an entry');
    }
    return { zeroBlocks: this.#zeroBlocks, size: this.#offset };
  }

  /** Uses the first bytes for whatever is due next; returns how many were used. */
  #step(bytes: Uint8Array): number {
    if (this.#content > 0) {
      const piece = bytes.subarray(0, this.#content);
      this.#content -= piece.length;
      this.#offset += piece.length;
      if (this.#pending?.reading === true) this.#collected.push(Uint8Array.from(piece));
      else this.#sink.content(piece);
      if (this.#content === 0) this.#contentEnd();
      return piece.length;
    }
    if (this.#padding > 0) {
      const skipped = Math.min(this.#padding, bytes.length);
      if (this.#pending?.reading === true) this.#collected.push(Uint8Array.from(bytes.subarray(0, skipped)));
      else if (bytes.subarray(0, skipped).some((byte) => byte !== 0)) {
        throw new Failure('malformed', 'padding of a tar entry holds data');
      }
      this.#padding -= skipped;
      this.#offset += skipped;
      if (this.#padding === 0) this.#paxEnd();
      return skipped;
    }
    const piece = bytes.subarray(0, block - this.#headerFilled);
    this.#header.set(piece, this.#headerFilled);
    this.#headerFilled += piece.length;
    this.#offset += piece.length;
    if (this.#headerFilled === block) {
      this.#headerFilled = 0;
      this.#headerBlock(this.#header);
    }
    return piece.length;
  }

  #headerBlock(header: Buffer): void {
    if (header[0] === 0 && header.every((byte) => byte === 0)) {
      if (this.#pending !== undefined) throw new Failure('malformed', 'a pax header describes no entry');
      this.#zeroBlocks += 1;
      return;
    }
    if (this.#zeroBlocks > 0) throw new Failure('malformed', 'a tar archive continues after its end');
    requireChecksum(header);
    const type = header[156] === 0 ? '0' : String.fromCharCode(header[156]!);
    this.#countHeader(block);
    if (type === 'x' || (this.#bounds.foreign === true && /^[gKL]$/.test(type))) {
      this.#paxHeader(header, type);
      return;
    }
    if (!/^[0-6]$/.test(type)) {
      throw new Failure('malformed', 'a tar header of a kind that no apk tool writes', { got: type });
    }
    this.#mainHeader(header, type);
  }

  #countHeader(bytes: number): void {
    this.#headerBytes += bytes;
    if (this.#headerBytes > this.#bounds.headerBytes) {
      throw new Failure('limit-exceeded', 'the headers of a section are too large');
    }
  }

  #paxHeader(header: Buffer, type: string): void {
    const before = this.#pending?.reading === false ? this.#pending : undefined;
    if (before !== undefined && this.#bounds.foreign !== true)
      throw new Failure('malformed', 'two pax headers in front of one entry');
    const size = number(header, 124, 12);
    if (size === 0 || size > this.#bounds.paxBytes) {
      throw new Failure('limit-exceeded', 'a pax header is out of bounds', { got: `${size} bytes` });
    }
    this.#countHeader(size);
    const offset = before?.offset ?? this.#offset - block;
    this.#pending = { offset, reading: true, type, header: Buffer.from(header), before };
    this.#collected = [];
    this.#content = size;
    this.#padding = (block - (size % block)) % block;
  }

  #contentEnd(): void {
    if (this.#pending?.reading === true) {
      if (this.#padding === 0) this.#paxEnd();
    } else {
      this.#sink.entryEnd();
    }
  }

  #paxEnd(): void {
    if (this.#pending?.reading !== true) return;
    const { offset, type, header, before } = this.#pending;
    const raw = Buffer.concat(this.#collected);
    const size = number(header, 124, 12);
    const padding = raw.subarray(size);
    if (padding.some((byte) => byte !== 0))
      throw new Failure('malformed', 'padding of a pax header holds data');
    this.#pending = {
      offset,
      reading: false,
      records: [...(before?.records ?? []), ...recordsOf(type, raw.subarray(0, size))],
      raw: Buffer.concat([before?.raw ?? Buffer.alloc(0), header, raw]),
    };
  }

  #mainHeader(header: Buffer, type: string): void {
    this.#entries += 1;
    if (this.#entries > this.#bounds.entries) {
      throw new Failure('limit-exceeded', 'a section has too many entries', {
        expected: `at most ${this.#bounds.entries}`,
      });
    }
    const pax = this.#pending?.reading === false ? this.#pending : undefined;
    this.#pending = undefined;
    const value = applyPax(parseHeader(header, type), pax?.records ?? []);
    for (const text of [value.name, value.linkname]) {
      if (encodeBytes(text).length > this.#bounds.pathBytes)
        throw new Failure('limit-exceeded', 'a path is too long');
    }
    const raw = this.#shelf.keep(pax?.raw === undefined ? [header] : [pax.raw, header]);
    this.#sink.entry({ ...value, offset: pax?.offset ?? this.#offset - block, raw });
    // Go ignores the size of an entry without content, apk-tools skips as many bytes: they would see other entries.
    if (type !== '0' && value.size !== 0) {
      throw new Failure('malformed', 'a tar entry that is not a file has a size', { got: value.name });
    }
    this.#content = value.size;
    this.#padding = (block - (this.#content % block)) % block;
    if (this.#content === 0) this.#sink.entryEnd();
  }
}

const shelfBytes = 64 * 1024;

/** Keeps copies of bytes side by side. A copy in Node's own pool would keep the whole pool alive, which is many times its size. */
class Shelf {
  #bytes = Buffer.alloc(0);
  #used = 0;

  keep(parts: readonly Uint8Array[]): Uint8Array {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if (this.#used + size > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(size, shelfBytes));
      this.#used = 0;
    }
    const copy = this.#bytes.subarray(this.#used, this.#used + size);
    this.#used += size;
    let at = 0;
    for (const part of parts) {
      copy.set(part, at);
      at += part.length;
    }
    return copy;
  }
}

/** What precedes the next entry: a pax header whose records are being read, or records that were read. */
type PendingPax =
  | {
      readonly offset: number;
      readonly reading: true;
      readonly type: string;
      readonly header: Buffer;
      readonly before: ReadPax | undefined;
    }
  | ReadPax;

interface ReadPax {
  readonly offset: number;
  readonly reading: false;
  readonly records: readonly PaxRecord[];
  readonly raw: Buffer;
}

function recordsOf(type: string, content: Buffer): PaxRecord[] {
  if (type === 'x') return parsePax(content);
  if (type === 'g') return [];
  const end = content.indexOf(0);
  const value = Uint8Array.from(end < 0 ? content : content.subarray(0, end));
  return [{ key: type === 'L' ? 'path' : 'linkpath', value }];
}
