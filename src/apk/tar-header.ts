/** The fields of tar headers and the records of pax headers, from their bytes (POSIX.1-2017 pax; GNU tar's base-256 numbers). */
import { decodeBytes } from '../bytes.ts';
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

export type HeaderFields = Omit<TarHeader, 'offset' | 'raw'>;

export function parseHeader(header: Buffer, type: string): HeaderFields {
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
export function applyPax(header: HeaderFields, records: readonly PaxRecord[]): HeaderFields {
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

/** The size of a `size` record. Readers that do not know the record (apk-tools) must see the same entries, so it may only be used where the field has no room. */
function largeSize(written: string, field: number): number {
  const size = decimal('size', written);
  if (size !== field && size < 8 ** 11) {
    throw new Failure('malformed', 'a tar entry has two sizes', { expected: String(field), got: written });
  }
  return size;
}

function decimal(key: string, written: string): number {
  if (!/^\d{1,15}$/.test(written)) {
    throw new Failure('malformed', `pax record ${key} is not a number`, { got: written });
  }
  return Number(written);
}

function seconds(written: string): number {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,18}))?$/.exec(written);
  if (match === null) throw new Failure('malformed', 'pax record mtime is not a time', { got: written });
  const [, sign, whole, fraction = ''] = match;
  if (sign === '') return Number(whole);
  return -Number(whole) - (/[1-9]/.test(fraction) ? 1 : 0);
}

/** Parses records of the form `<length> <key>=<value>\n`; the length is decimal and counts itself. */
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

export function requireChecksum(header: Buffer): void {
  let sum = 0;
  for (let at = 0; at < header.length; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at]!;
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

/** A number as octal text, or in the base-256 form of GNU tar; an empty field is 0. */
export function number(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if ((field[0]! & 0x80) !== 0) return base256(field);
  const match = /^[ \0]*(?:([0-7]+)[ \0]*)?$/.exec(field.toString('latin1'));
  if (match === null) throw new Failure('malformed', 'a number in a tar header is not octal');
  return match[1] === undefined ? 0 : Number.parseInt(match[1], 8);
}

function base256(field: Buffer): number {
  let value = field[0]! & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  if (field[0] === 0xff || !Number.isSafeInteger(value)) {
    throw new Failure('malformed', 'a number in a tar header is out of range');
  }
  return value;
}
