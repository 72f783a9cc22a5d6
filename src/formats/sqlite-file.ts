/** SQLite databases (sqlite.org/fileformat2.html): the header, the schema, and the rows of a table. A journal or WAL beside the file is not read. */
import { decodeBytes } from '../bytes.ts';
import { Allowance, ByteCursor, hexText } from './byte-cursor.ts';

export const sqliteMagic: Buffer = Buffer.from('SQLite format 3\0');

/** A value as SQLite's shell would print it. */
export type Row = readonly string[];

export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly root: number;
  readonly sql: string;
}

const headerBytes = 100;
const [interiorIndex, interiorTable, leafIndex, leafTable] = [2, 5, 10, 13];

/** All methods throw a `RangeError` where the file is damaged or a bound is reached. */
export class SqliteFile {
  readonly header: ReadonlyMap<string, string>;
  readonly #file: Buffer;
  readonly #pageBytes: number;
  readonly #usable: number;
  readonly #encoding: number;
  readonly #allowance: Allowance;

  /** @param most rows and pages that are read in all */
  constructor(bytes: Uint8Array, most: number) {
    const cursor = new ByteCursor(bytes);
    this.#file = cursor.bytes;
    const size = cursor.from(16).u16();
    this.#pageBytes = size === 1 ? 65_536 : size;
    this.#usable = this.#pageBytes - cursor.from(20).u8();
    if (this.#pageBytes < 512 || this.#usable < 480) throw new RangeError('damaged');
    this.#encoding = cursor.from(56).u32();
    this.#allowance = new Allowance(most);
    const field = (offset: number) => String(cursor.from(offset).u32());
    this.header = new Map([
      ['page size', String(this.#pageBytes)],
      ['file change counter', field(24)],
      ['pages', field(28)],
      ['free pages', field(36)],
      ['schema cookie', field(40)],
      ['schema format', field(44)],
      ['text encoding', field(56)],
      ['user version', field(60)],
      ['application id', field(68)],
      ['version-valid-for', field(92)],
      ['version of SQLite that wrote it', field(96)],
    ]);
  }

  schema(): SchemaObject[] {
    return [...this.rows(1)].map(({ values: [type = '', name = '', , root = '', sql = ''] }) => ({
      type,
      name,
      root: Number(root),
      sql,
    }));
  }

  /** The rows below a page, with their row ids; those of an index, or of a table without row ids, have none. */
  *rows(root: number): Generator<{ readonly id: string | undefined; readonly values: Row }> {
    const pending = [root];
    const seen = new Set<number>();
    for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
      if (seen.has(number)) throw new RangeError('a page twice');
      seen.add(number);
      this.#allowance.spend();
      const page = this.#page(number);
      const at = number === 1 ? headerBytes : 0;
      const type = page[at];
      const isInterior = type === interiorIndex || type === interiorTable;
      if (!isInterior && type !== leafIndex && type !== leafTable) throw new RangeError('not a b-tree');
      const children: number[] = [];
      const pointers = new ByteCursor(page).from(at + 3);
      const cells = pointers.u16();
      pointers.take(3);
      const last = isInterior ? pointers.u32() : 0;
      for (let cell = 0; cell < cells; cell += 1) {
        this.#allowance.spend();
        const cursor = new ByteCursor(page).from(pointers.u16());
        if (isInterior) children.push(cursor.u32());
        if (type !== interiorTable) yield this.#row(cursor, type === leafTable);
      }
      if (isInterior) children.push(last);
      // In order: the first child is read next.
      for (const child of children.reverse()) pending.push(child);
    }
  }

  #page(number: number): Buffer {
    const start = (number - 1) * this.#pageBytes;
    if (number < 1 || start + this.#pageBytes > this.#file.length) throw new RangeError('cut');
    return this.#file.subarray(start, start + this.#pageBytes);
  }

  #row(cursor: ByteCursor, isTable: boolean) {
    const size = Number(varint(cursor));
    const id = isTable ? String(BigInt.asIntN(64, varint(cursor))) : undefined;
    return { id, values: this.#record(this.#payload(cursor, size, isTable)) };
  }

  /** The payload of a cell with what overflows from its page (1.6, "Cell Payload Overflow Pages"). */
  #payload(cursor: ByteCursor, size: number, isTable: boolean): Buffer {
    if (size > this.#file.length) throw new RangeError('too large');
    const usable = this.#usable;
    const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
    if (size <= most) return cursor.take(size);
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const wanted = least + ((size - least) % (usable - 4));
    const pieces = [cursor.take(wanted <= most ? wanted : least)];
    let left = size - pieces[0]!.length;
    for (let next = cursor.u32(); left > 0; ) {
      this.#allowance.spend();
      const page = new ByteCursor(this.#page(next));
      next = page.u32();
      const piece = page.take(Math.min(left, usable - 4));
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  #record(payload: Buffer): string[] {
    const cursor = new ByteCursor(payload);
    const end = Number(varint(cursor));
    const types: number[] = [];
    while (cursor.at < end) types.push(Number(varint(cursor)));
    return types.map((type) => this.#value(cursor, type));
  }

  #value(cursor: ByteCursor, type: number): string {
    if (type === 0) return 'NULL';
    if (type <= 4) return String(cursor.take(type).readIntBE(0, type));
    if (type === 5) return String(cursor.take(6).readIntBE(0, 6));
    if (type === 6) return String(cursor.take(8).readBigInt64BE());
    if (type === 7) return String(cursor.take(8).readDoubleBE());
    if (type === 8 || type === 9) return String(type - 8);
    if (type < 12) throw new RangeError('an unknown type');
    const bytes = cursor.take((type - (type % 2 === 0 ? 12 : 13)) / 2);
    return type % 2 === 0 ? `x'${hexText(bytes)}'` : this.#text(bytes);
  }

  #text(bytes: Buffer): string {
    if (this.#encoding === 1) return decodeBytes(bytes);
    const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
    return (this.#encoding === 3 ? even.swap16() : even).toString('utf16le');
  }
}

function varint(cursor: ByteCursor): bigint {
  let value = 0n;
  for (let at = 0; at < 8; at += 1) {
    const byte = cursor.u8();
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return (value << 8n) | BigInt(cursor.u8());
}
