/**
 * Tar as apk uses it, read as a stream and without loss: raw header blocks and raw pax bytes are kept, so
 * that binary attributes survive and every header byte can be compared (POSIX.1-2017 pax, "pax
 * Interchange Format"; Go archive/tar writes it, apk-tools reads it).
 */
import { decodeBytes, encodeBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';

export interface PaxRecord {
  readonly key: string;
  /** Binary. */
  readonly value: Uint8Array;
}

export interface TarHeader {
  /** Position of the first header block (a pax block where there is one) in the inflated section. */
  readonly offset: number;
  /** As recorded, a trailing slash included (see `bytes.ts`). */
  readonly name: string;
  /** Type flag, '0' to '6': file, hard link, symbolic link, character and block device, directory, FIFO. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  /** Bytes of content that follow. */
  readonly size: number;
  /** Seconds since 1970, as recorded; a pax record may add a fraction. */
  readonly mtime: number;
  readonly linkname: string;
  readonly devmajor: number;
  readonly devminor: number;
  /** Records of the pax header in front, in order, duplicates included. */
  readonly pax: readonly PaxRecord[];
  /** Every header block of the entry: pax header, its records and padding, main header. */
  readonly raw: Uint8Array;
}

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
  /** Of all headers together, pax headers included. */
  readonly headerBytes: number;
}

/** What the end of a section looks like: Go closes the data section and only flushes the others. */
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
  #header = Buffer.alloc(0);
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
    if (this.#content > 0 || this.#padding > 0 || this.#header.length > 0 || this.#pending !== undefined) {
      throw new Failure('malformed', 'a tar archive ends inside an entry');
    }
    return { zeroBlocks: this.#zeroBlocks, size: this.#offset };
  }

  /** Uses the front of the bytes for whatever is due next; returns how many were used. */
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
    const wanted = block - this.#header.length;
    const piece = bytes.subarray(0, wanted);
    this.#header = Buffer.concat([this.#header, piece]);
    this.#offset += piece.length;
    if (this.#header.length === block) {
      const header = this.#header;
      this.#header = Buffer.alloc(0);
      this.#headerBlock(header);
    }
    return piece.length;
  }

  #headerBlock(header: Buffer): void {
    if (header[0] === 0 && header.every((byte) => byte === 0)) {
      if (this.#pending !== undefined) throw new Failure('malformed', 'a pax header describes no entry');
      this.#zeroBlocks += 1;
      return;
    }
    if (this.#zeroBlocks > 0) throw new Failure('malformed', 'a tar archive goes on behind its end');
    requireChecksum(header);
    const type = header[156] === 0 ? '0' : String.fromCharCode(header[156]!);
    this.#countHeader(block);
    if (type === 'x') {
      this.#paxHeader(header);
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

  #paxHeader(header: Buffer): void {
    if (this.#pending !== undefined) throw new Failure('malformed', 'two pax headers in front of one entry');
    const size = number(header, 124, 12);
    if (size === 0 || size > this.#bounds.paxBytes) {
      throw new Failure('limit-exceeded', 'a pax header is out of bounds', { got: `${size} bytes` });
    }
    this.#countHeader(size);
    this.#pending = { offset: this.#offset - block, reading: true, header, records: [] };
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
    const raw = Buffer.concat(this.#collected);
    const size = number(this.#pending.header, 124, 12);
    const padding = raw.subarray(size);
    if (padding.some((byte) => byte !== 0))
      throw new Failure('malformed', 'padding of a pax header holds data');
    this.#pending = {
      ...this.#pending,
      reading: false,
      records: parsePax(raw.subarray(0, size)),
      raw: Buffer.concat([this.#pending.header, raw]),
    };
  }

  #mainHeader(header: Buffer, type: string): void {
    this.#entries += 1;
    if (this.#entries > this.#bounds.entries) {
      throw new Failure('limit-exceeded', 'a section has too many entries', {
        expected: `at most ${this.#bounds.entries}`,
      });
    }
    const pax = this.#pending;
    this.#pending = undefined;
    const value = applyPax(parseHeader(header, type), pax?.records ?? []);
    for (const text of [value.name, value.linkname]) {
      if (encodeBytes(text).length > this.#bounds.pathBytes) throw new Failure('limit-exceeded', 'a path is too long');
    }
    const raw = pax?.raw === undefined ? header : Buffer.concat([pax.raw, header]);
    this.#sink.entry({ ...value, offset: pax?.offset ?? this.#offset - block, raw });
    // Go ignores the size of an entry without content, apk-tools skips as many bytes: they would see other entries.
    if (type !== '0' && value.size !== 0) {
      throw new Failure('malformed', 'a tar entry that is no file has a size', { got: value.name });
    }
    this.#content = value.size;
    this.#padding = (block - (this.#content % block)) % block;
    if (this.#content === 0) this.#sink.entryEnd();
  }
}

interface PendingPax {
  readonly offset: number;
  readonly reading: boolean;
  readonly header: Buffer;
  readonly records: readonly PaxRecord[];
  readonly raw?: Buffer;
}

type HeaderFields = Omit<TarHeader, 'offset' | 'raw'>;

function parseHeader(header: Buffer, type: string): HeaderFields {
  const magic = header.subarray(257, 265).toString('latin1');
  const prefix = magic === 'ustar\x0000' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type,
    mode: number(header, 100, 8),
    uid: number(header, 108, 8),
    gid: number(header, 116, 8),
    size: number(header, 124, 12),
    mtime: number(header, 136, 12),
    linkname: text(header, 157, 100),
    uname: text(header, 265, 32),
    gname: text(header, 297, 32),
    devmajor: number(header, 329, 8),
    devminor: number(header, 337, 8),
    pax: [],
  };
}

/** Pax records override the fields of the header; an empty value leaves the field as it is (as in Go's archive/tar). */
function applyPax(header: HeaderFields, records: readonly PaxRecord[]): HeaderFields {
  const fields: { -readonly [K in keyof HeaderFields]: HeaderFields[K] } = { ...header, pax: records };
  for (const { key, value } of records) {
    if (value.length === 0) continue;
    const written = decodeBytes(value);
    if (key === 'path') fields.name = written;
    else if (key === 'linkpath') fields.linkname = written;
    else if (key === 'uname') fields.uname = written;
    else if (key === 'gname') fields.gname = written;
    else if (key === 'uid') fields.uid = decimal(key, written);
    else if (key === 'gid') fields.gid = decimal(key, written);
    else if (key === 'size') fields.size = largeSize(written, header.size);
    else if (key === 'mtime') fields.mtime = seconds(written);
  }
  return fields;
}

/** Readers that know no `size` record (apk-tools) must see the same entries: it may only stand where the field has no room. */
function largeSize(written: string, field: number): number {
  const size = decimal('size', written);
  if (size !== field && size < 8 ** 11) {
    throw new Failure('malformed', 'a tar entry has two sizes', { expected: String(field), got: written });
  }
  return size;
}

function decimal(key: string, written: string): number {
  if (!/^\d{1,15}$/.test(written)) {
    throw new Failure('malformed', `pax record ${key} is no number`, { got: written });
  }
  return Number(written);
}

function seconds(written: string): number {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,18}))?$/.exec(written);
  if (match === null) throw new Failure('malformed', 'pax record mtime is no time', { got: written });
  const [, sign, whole, fraction = ''] = match;
  if (sign === '') return Number(whole);
  return -Number(whole) - (/[1-9]/.test(fraction) ? 1 : 0);
}

/** Records of the form `<length> <key>=<value>\n`, the length in decimal and counting itself. */
export function parsePax(bytes: Uint8Array): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = Buffer.from(bytes.subarray(at, space)).toString('latin1');
    const length = space > at && /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : 0;
    const record = bytes.subarray(space + 1, at + length);
    const equals = record.indexOf(0x3d);
    if (length === 0 || at + length > bytes.length || equals < 1 || record[record.length - 1] !== 0x0a) {
      throw new Failure('malformed', 'a pax record is damaged');
    }
    records.push({
      key: decodeBytes(record.subarray(0, equals)),
      value: Uint8Array.from(record.subarray(equals + 1, record.length - 1)),
    });
    at += length;
  }
  return records;
}

function requireChecksum(header: Buffer): void {
  let sum = 0;
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at]!;
  const recorded = number(header, 148, 8);
  if (sum !== recorded) {
    throw new Failure('malformed', 'a tar header does not match its check sum', {
      expected: String(recorded),
      got: String(sum),
    });
  }
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeBytes(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or the base-256 form of GNU tar; empty fields are 0. */
function number(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if ((field[0]! & 0x80) !== 0) return base256(field);
  const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  if (digits === undefined) throw new Failure('malformed', 'a number in a tar header is not octal');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function base256(field: Buffer): number {
  let value = field[0]! & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  if (field[0] === 0xff || !Number.isSafeInteger(value)) {
    throw new Failure('malformed', 'a number in a tar header is out of range');
  }
  return value;
}
