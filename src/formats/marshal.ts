/** Python's marshal format, as far as compiled modules use it (CPython Python/marshal.c, 3.7 to 3.14). */
import { decodeBytes } from '../bytes.ts';
import type { Structure } from './structured-value.ts';

/** The order of the fields of a code object, by the magic number of the release. */
type CodeLayout = readonly (readonly [field: string, kind: 'int' | 'object'])[];

const int = (...names: string[]): CodeLayout => names.map((name) => [name, 'int'] as const);
const object = (...names: string[]): CodeLayout => names.map((name) => [name, 'object'] as const);

const before38: CodeLayout = [
  ...int('argcount', 'kwonlyargcount', 'nlocals', 'stacksize', 'flags'),
  ...object('code', 'consts', 'names', 'varnames', 'freevars', 'cellvars', 'filename', 'name'),
  ...int('firstlineno'),
  ...object('lnotab'),
];
const before311: CodeLayout = [...int('argcount', 'posonlyargcount'), ...before38.slice(1)];
const since311: CodeLayout = [
  ...int('argcount', 'posonlyargcount', 'kwonlyargcount', 'stacksize', 'flags'),
  ...object('code', 'consts', 'names', 'localsplusnames', 'localspluskinds', 'filename', 'name', 'qualname'),
  ...int('firstlineno'),
  ...object('linetable', 'exceptiontable'),
];

/** The layout; undefined for releases whose code objects are not known (Lib/importlib/_bootstrap_external.py, Include/internal/pycore_magic_number.h). */
function layoutOf(magic: number): CodeLayout | undefined {
  if (magic >= 3390 && magic < 3400) return before38;
  if (magic >= 3400 && magic < 3450) return before311;
  return magic >= 3450 && magic < 3700 ? since311 : undefined;
}

export interface Marshalled {
  readonly value: Structure;
  /** The numbers of values with the flag that they may be referred to; the flag depends on reference counts, not on the source. */
  readonly flagged: readonly number[];
  /** Bytes behind the value. */
  readonly rest: number;
}

/** The value; undefined where it is damaged, too deep, or from an unknown release. */
export function parseMarshal(bytes: Uint8Array, magic: number, most: number): Marshalled | undefined {
  const layout = layoutOf(magic);
  if (layout === undefined) return undefined;
  const reader = new MarshalReader(bytes, layout, most);
  try {
    const value = reader.value(0);
    return { value, flagged: reader.flagged, rest: bytes.length - reader.at };
  } catch (failure) {
    if (failure instanceof RangeError || failure instanceof Damaged) return undefined;
    throw failure;
  }
}

class Damaged extends Error {}

const deepest = 100;
const referenceFlag = 0x80;

class MarshalReader {
  at = 0;
  readonly flagged: number[] = [];
  readonly #bytes: Buffer;
  readonly #layout: CodeLayout;
  readonly #most: number;
  readonly #references: Structure[] = [];
  #count = 0;

  constructor(bytes: Uint8Array, layout: CodeLayout, most: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#layout = layout;
    this.#most = most;
  }

  value(depth: number): Structure {
    this.#count += 1;
    if (depth > deepest || this.#count > this.#most) throw new Damaged();
    const code = this.#byte();
    const flagged = (code & referenceFlag) !== 0;
    const type = String.fromCharCode(code & ~referenceFlag);
    if (type === 'r') return this.#reference();
    let place = -1;
    if (flagged) {
      this.flagged.push(this.#count);
      place = this.#references.push(null) - 1;
    }
    const value = this.#object(type, depth);
    if (place >= 0) this.#references[place] = value;
    return value;
  }

  /** A short text in place of the referenced value: values that refer to each other would grow without end. */
  #reference(): Structure {
    const value = this.#references[this.#int()];
    if (value === undefined) throw new Damaged();
    return typeof value === 'object' ? 'reference to an earlier value' : value;
  }

  #object(type: string, depth: number): Structure {
    const simple = simpleValues[type];
    if (simple !== undefined) return simple;
    switch (type) {
      case 'i':
        return this.#int();
      case 'I':
        return String(this.#take(8).readBigInt64LE());
      case 'l':
        return this.#long();
      case 'g':
        return `float ${this.#take(8).readDoubleLE()}`;
      case 'y':
        return `complex ${this.#take(8).readDoubleLE()} ${this.#take(8).readDoubleLE()}`;
      case 'f':
        return `float ${this.#short()}`;
      case 'x':
        return `complex ${this.#short()} ${this.#short()}`;
      case 's':
        return `bytes ${this.#take(this.#size()).toString('hex')}`;
      case 't':
      case 'u':
      case 'a':
      case 'A':
        return decodeBytes(this.#take(this.#size()));
      case 'z':
      case 'Z':
        return this.#short();
      case '(':
      case '[':
        return this.#items(this.#size(), depth);
      case ')':
        return this.#items(this.#byte(), depth);
      case '<':
      case '>':
        return new Map([['set', this.#items(this.#size(), depth)]]);
      case '{':
        return this.#dictionary(depth);
      case ':':
        return new Map([['slice', this.#items(3, depth)]]);
      case 'c':
        return this.#code(depth);
      default:
        throw new Damaged();
    }
  }

  #code(depth: number): Structure {
    const members = new Map<string, Structure>();
    for (const [field, kind] of this.#layout) {
      members.set(field, kind === 'int' ? this.#int() : this.value(depth + 1));
    }
    return members;
  }

  #items(count: number, depth: number): Structure[] {
    if (count > this.#bytes.length - this.at) throw new Damaged();
    return Array.from({ length: count }, () => this.value(depth + 1));
  }

  #dictionary(depth: number): Structure {
    const items: Structure[] = [];
    while (this.#bytes[this.at] !== 0x30) items.push([this.value(depth + 1), this.value(depth + 1)]);
    this.at += 1;
    return new Map([['dictionary', items]]);
  }

  /** Digits of 15 bits. */
  #long(): string {
    const count = this.#int();
    const digits = this.#take(Math.abs(count) * 2);
    let value = 0n;
    for (let at = digits.length - 2; at >= 0; at -= 2)
      value = value * 32_768n + BigInt(digits.readUInt16LE(at));
    return String(count < 0 ? -value : value);
  }

  #short(): string {
    return decodeBytes(this.#take(this.#byte()));
  }

  #byte(): number {
    return this.#take(1)[0]!;
  }

  #int(): number {
    return this.#take(4).readInt32LE();
  }

  #size(): number {
    const size = this.#int();
    if (size < 0) throw new Damaged();
    return size;
  }

  #take(length: number): Buffer {
    if (this.at + length > this.#bytes.length) throw new Damaged();
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

const simpleValues: Readonly<Record<string, Structure>> = {
  N: 'None',
  F: false,
  T: true,
  S: 'StopIteration',
  '.': 'Ellipsis',
};
