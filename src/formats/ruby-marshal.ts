/** Ruby's Marshal, version 4.8 (ruby doc/marshal.rdoc). */
import { Allowance, type ByteCursor, hexText, readWhole, textOrHex } from './byte-cursor.ts';
import type { Structure } from './structured-value.ts';

export const rubyMarshalMagic: readonly number[] = [4, 8];
const deepest = 100;

/** The value; undefined where the bytes are not all of one value. */
export function readRubyMarshal(bytes: Uint8Array, most: number): Structure | undefined {
  return readWhole(bytes, (cursor) => {
    cursor.take(2);
    const value = new RubyReader(cursor, most).value(0);
    if (cursor.left > 0) throw new RangeError('bytes behind the value');
    return value;
  });
}

class RubyReader {
  readonly #cursor: ByteCursor;
  readonly #allowance: Allowance;
  readonly #symbols: string[] = [];

  constructor(cursor: ByteCursor, most: number) {
    this.#cursor = cursor;
    this.#allowance = new Allowance(8 * most);
  }

  value(depth: number): Structure {
    this.#allowance.spend();
    if (depth > deepest) throw new RangeError('too deep');
    const kind = String.fromCharCode(this.#cursor.u8());
    switch (kind) {
      case '0':
        return null;
      case 'T':
      case 'F':
        return kind === 'T';
      case 'i':
        return this.#number();
      case ':':
      case ';':
        return `:${this.#symbol(kind)}`;
      case '"':
      case 'f':
      case 'c':
      case 'm':
      case 'M':
        return textOrHex(this.#bytes());
      case '@':
        return `object ${this.#number()}`;
      case 'l':
        return this.#big();
      case '[':
        return this.#items(depth);
      default:
        return this.#composed(kind, depth);
    }
  }

  #composed(kind: string, depth: number): Structure {
    switch (kind) {
      case '{':
        return this.#pairs(depth);
      case '}':
        return new Map([...this.#pairs(depth), ['default', this.value(depth + 1)]]);
      case 'I':
        return this.#withVariables(depth);
      case 'o':
      case 'S':
        return new Map([['class', this.#name()], ...this.#variables(depth)]);
      case 'e':
      case 'C':
      case 'U':
      case 'u':
        return this.#ofClass(kind, depth);
      case '/': {
        const pattern = textOrHex(this.#bytes());
        return `/${pattern}/${this.#cursor.u8()}`;
      }
      default:
        throw new RangeError('an unknown value');
    }
  }

  #ofClass(kind: string, depth: number): Structure {
    const name = this.#name();
    const value = kind === 'u' ? hexText(this.#bytes()) : this.value(depth + 1);
    return new Map<string, Structure>([
      ['class', name],
      ['value', value],
    ]);
  }

  #withVariables(depth: number): Structure {
    const value = this.value(depth + 1);
    const variables = this.#variables(depth);
    // `E` says that a text is UTF-8 or ASCII, which its bytes say as well.
    variables.delete('E');
    if (variables.size === 0) return value;
    return new Map<string, Structure>([['value', value], ...variables]);
  }

  #name(): string {
    const kind = String.fromCharCode(this.#cursor.u8());
    if (kind !== ':' && kind !== ';') throw new RangeError('no symbol');
    return this.#symbol(kind);
  }

  #symbol(kind: string): string {
    if (kind === ';') return this.#symbols[this.#number()] ?? '?';
    const symbol = textOrHex(this.#bytes());
    this.#symbols.push(symbol);
    return symbol;
  }

  #variables(depth: number): Map<string, Structure> {
    const count = this.#count();
    const found = new Map<string, Structure>();
    for (let at = 0; at < count; at += 1) found.set(this.#name(), this.value(depth + 1));
    return found;
  }

  #pairs(depth: number): Map<string, Structure> {
    const count = this.#count();
    const found = new Map<string, Structure>();
    for (let at = 0; at < count; at += 1) {
      const key = this.value(depth + 1);
      found.set(typeof key === 'string' ? key : keyText(key), this.value(depth + 1));
    }
    return found;
  }

  #items(depth: number): Structure[] {
    return Array.from({ length: this.#count() }, () => this.value(depth + 1));
  }

  #bytes(): Buffer {
    return this.#cursor.take(this.#number());
  }

  #big(): string {
    const sign = this.#cursor.u8() === 0x2d ? '-' : '';
    const digits = Buffer.from(this.#cursor.take(2 * this.#number())).reverse();
    return `${sign}0x${hexText(digits)}`;
  }

  #count(): number {
    const count = this.#number();
    if (count < 0) throw new RangeError('a negative count');
    this.#allowance.spend(count);
    return count;
  }

  /** A number in one to five bytes: the first is the number, shifted by 5, or says how many follow. */
  #number(): number {
    const first = this.#cursor.take(1).readInt8();
    if (first === 0) return 0;
    if (first > 4) return first - 5;
    if (first < -4) return first + 5;
    const bytes = this.#cursor.take(Math.abs(first));
    const value = bytes.readUIntLE(0, bytes.length);
    return first > 0 ? value : value - 2 ** (8 * bytes.length);
  }
}

function keyText(key: Structure): string {
  return key instanceof Map ? JSON.stringify([...key]).slice(0, 200) : JSON.stringify(key);
}
