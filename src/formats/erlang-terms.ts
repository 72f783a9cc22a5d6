/** Erlang's external term format (erts/doc, "External Term Format"), as compilers write it into BEAM files. */
import { inflateSync } from 'node:zlib';
import { decodeBytes } from '../bytes.ts';
import { Allowance, ByteCursor, hexText, textOrHex } from './byte-cursor.ts';
import type { Structure } from './structured-value.ts';

const version = 131;
const compressed = 80;
const deepest = 120;

/** The term; throws a `RangeError` where it is damaged, or too much. @param mostBytes that a compressed term may have */
export function readTerm(bytes: Uint8Array, most: number, mostBytes: number): Structure {
  const cursor = new ByteCursor(bytes);
  if (cursor.u8() !== version) throw new RangeError('not a term');
  if (cursor.bytes[cursor.at] !== compressed) return new TermReader(cursor, most).term(0);
  cursor.take(1);
  const size = cursor.u32();
  if (size > mostBytes) throw new RangeError('too large');
  return new TermReader(new ByteCursor(inflated(cursor.take(cursor.left), size)), most).term(0);
}

function inflated(bytes: Buffer, size: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw new RangeError('damaged');
  }
}

class TermReader {
  readonly #cursor: ByteCursor;
  readonly #allowance: Allowance;

  constructor(cursor: ByteCursor, most: number) {
    this.#cursor = cursor;
    this.#allowance = new Allowance(16 * most);
  }

  term(depth: number): Structure {
    const cursor = this.#cursor;
    this.#allowance.spend();
    if (depth > deepest) throw new RangeError('too deep');
    const tag = cursor.u8();
    switch (tag) {
      case 70:
        return String(cursor.take(8).readDoubleBE());
      case 97:
        return cursor.u8();
      case 98:
        return cursor.i32();
      case 100:
      case 118:
        return cursor.text(cursor.u16());
      case 115:
      case 119:
        return cursor.text(cursor.u8());
      case 104:
        return this.#items(cursor.u8(), depth);
      case 105:
        return this.#items(cursor.u32(), depth);
      case 106:
        return [];
      case 107:
        return textOrHex(cursor.take(cursor.u16()));
      case 108:
        return this.#list(depth);
      case 109:
        return textOrHex(cursor.take(cursor.u32()));
      case 110:
        return this.#big(cursor.u8());
      case 111:
        return this.#big(cursor.u32());
      case 116:
        return this.#map(cursor.u32(), depth);
      default:
        throw new RangeError('an unknown term');
    }
  }

  #items(count: number, depth: number): Structure[] {
    this.#allowance.spend(count);
    return Array.from({ length: count }, () => this.term(depth + 1));
  }

  /** A list of small numbers that can be printed is a text to Erlang. */
  #list(depth: number): Structure {
    const items = this.#items(this.#cursor.u32(), depth);
    const tail = this.term(depth + 1);
    const isText = items.every((item) => typeof item === 'number' && item >= 0x20 && item < 0x7f);
    if (isText) return items.map((item) => String.fromCharCode(item as number)).join('');
    return Array.isArray(tail) && tail.length === 0 ? items : [...items, tail];
  }

  #big(length: number): string {
    const negative = this.#cursor.u8() !== 0;
    const digits = Buffer.from(this.#cursor.take(length)).reverse();
    return `${negative ? '-' : ''}0x${hexText(digits)}`;
  }

  #map(count: number, depth: number): Structure {
    this.#allowance.spend(2 * count);
    const members = Array.from({ length: count }, () => {
      const key = this.term(depth + 1);
      return [typeof key === 'string' ? key : JSON.stringify(key), this.term(depth + 1)] as const;
    });
    return new Map(members);
  }
}

/** Text of latin1 atoms before OTP 20, UTF-8 since. */
export function atomTexts(cursor: ByteCursor, most: number): string[] {
  const count = cursor.i32();
  const allowance = new Allowance(most);
  // OTP 28 writes a negative count, and lengths that may take more than a byte.
  const isLong = count < 0;
  allowance.spend(Math.abs(count));
  return Array.from({ length: Math.abs(count) }, () => {
    const first = cursor.u8();
    const length = isLong ? longLength(first, cursor) : first;
    return decodeBytes(cursor.take(length));
  });
}

function longLength(first: number, cursor: ByteCursor): number {
  return (first & 0x08) === 0 ? first >> 4 : ((first & 0xe0) << 3) | cursor.u8();
}
