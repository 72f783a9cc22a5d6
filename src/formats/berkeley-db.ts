/** Berkeley DB files, hash and b-tree (db 5.3, src/dbinc/db_page.h), in either byte order: the header, and each key with its value. */
import { Allowance, ByteCursor, hexText, readWhole, textOrHex } from './byte-cursor.ts';

export interface BerkeleyDb {
  readonly values: ReadonlyMap<string, string>;
  readonly records: readonly (readonly [key: string, value: string])[];
}

const kinds: ReadonlyMap<number, string> = new Map([
  [0x061561, 'hash'],
  [0x053162, 'b-tree'],
]);
const magicAt = 12;

export function isBerkeleyDb(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false;
  const magic = new ByteCursor(bytes, magicAt).take(4);
  return kinds.has(magic.readUInt32LE()) || kinds.has(magic.readUInt32BE());
}

export function readBerkeleyDb(bytes: Uint8Array, most: number): BerkeleyDb | undefined {
  return readWhole(bytes, (cursor) => new DbReader(cursor, most).read());
}

const pageHeader = 26;
const [hashUnsorted, leaf, hash] = [2, 5, 13];
const [keyData, offPage] = [1, 3];

class DbReader {
  readonly #file: ByteCursor;
  readonly #little: boolean;
  readonly #allowance: Allowance;
  #pageBytes = 0;

  constructor(file: ByteCursor, most: number) {
    this.#file = file;
    this.#little = kinds.has(file.from(magicAt).u32le());
    this.#allowance = new Allowance(8 * most);
  }

  read(): BerkeleyDb {
    const file = this.#file;
    this.#pageBytes = this.#u32(20);
    if (this.#pageBytes < 512 || this.#pageBytes > 65_536) throw new RangeError('damaged');
    const values = new Map([
      ['kind', kinds.get(this.#u32(magicAt)) ?? ''],
      ['byte order', this.#little ? 'little endian' : 'big endian'],
      ['version', String(this.#u32(16))],
      ['page size', String(this.#pageBytes)],
      ['last page', String(this.#u32(32))],
      ['keys', String(this.#u32(40))],
      ['records', String(this.#u32(44))],
      ['flags', `0x${this.#u32(48).toString(16)}`],
      ['unique file id', hexText(file.from(52).take(20))],
    ]);
    const records: [string, string][] = [];
    for (let page = this.#pageBytes; page + this.#pageBytes <= file.bytes.length; page += this.#pageBytes) {
      const items = this.#items(page);
      for (let at = 0; at + 1 < items.length; at += 2) records.push([items[at]!, items[at + 1]!]);
    }
    return { values, records };
  }

  #u16(at: number): number {
    const cursor = this.#file.from(at);
    return this.#little ? cursor.u16le() : cursor.u16();
  }

  #u32(at: number): number {
    const cursor = this.#file.from(at);
    return this.#little ? cursor.u32le() : cursor.u32();
  }

  /** Keys and values of a page in turn. */
  #items(page: number): string[] {
    this.#allowance.spend();
    const type = this.#file.from(page + 25).u8();
    if (type !== leaf && type !== hash && type !== hashUnsorted) return [];
    const count = this.#u16(page + 20);
    this.#allowance.spend(count);
    const offsets = Array.from({ length: count }, (_, at) => this.#u16(page + pageHeader + 2 * at));
    return offsets.map((offset, at) => {
      if (type === leaf) return this.#leafItem(page + offset);
      const end = at === 0 ? this.#pageBytes : offsets[at - 1]!;
      return this.#hashItem(page + offset, end - offset);
    });
  }

  #leafItem(at: number): string {
    const kind = this.#file.from(at + 2).u8() & 0x7f;
    if (kind === keyData) return textOrHex(this.#file.from(at + 3).take(this.#u16(at)));
    return kind === offPage ? this.#overflow(this.#u32(at + 4), this.#u32(at + 8)) : `kind ${kind}`;
  }

  #hashItem(at: number, length: number): string {
    const kind = this.#file.from(at).u8();
    if (kind === keyData) return textOrHex(this.#file.from(at + 1).take(length - 1));
    return kind === offPage ? this.#overflow(this.#u32(at + 4), this.#u32(at + 8)) : `kind ${kind}`;
  }

  /** A value on pages of its own, each of which names the next and how much of it is filled. */
  #overflow(first: number, size: number): string {
    if (size > this.#file.bytes.length) throw new RangeError('too large');
    const pieces: Buffer[] = [];
    let left = size;
    for (let number = first; number !== 0 && left > 0; ) {
      this.#allowance.spend();
      const page = number * this.#pageBytes;
      const piece = this.#file.from(page + pageHeader).take(Math.min(left, this.#u16(page + 22)));
      pieces.push(piece);
      left -= piece.length;
      number = this.#u32(page + 16);
    }
    return textOrHex(Buffer.concat(pieces));
  }
}
