/** Class files (Java Virtual Machine Specification, chapter 4): constants as they are spelled out, fields, methods, attributes. */
import { Allowance, type ByteCursor, hexText, readWhole } from './byte-cursor.ts';
import type { Structure } from './structured-value.ts';

export interface JavaClass {
  readonly structure: Structure;
  /** The code of methods. */
  readonly code: ReadonlyMap<string, Uint8Array>;
}

export const classMagic: readonly number[] = [0xca, 0xfe, 0xba, 0xbe];

export function readJavaClass(bytes: Uint8Array, most: number): JavaClass | undefined {
  return readWhole(bytes, (cursor) => {
    cursor.take(4);
    const minor = cursor.u16();
    const version = `${cursor.u16()}.${minor}`;
    const constants = new Constants(cursor);
    const reader = new MemberReader(cursor, constants, new Allowance(4 * most));
    const access = `0x${cursor.u16().toString(16)}`;
    const [name, base] = [constants.text(cursor.u16()), constants.text(cursor.u16())];
    const interfaces = Array.from({ length: cursor.u16() }, () => constants.text(cursor.u16()));
    const fields = reader.members('field');
    const methods = reader.members('method');
    const structure = new Map<string, Structure>([
      ['version', version],
      ['access', access],
      ['class', name],
      ['super', base],
      ['interfaces', interfaces],
      ['constants', constants.all()],
      ['fields', fields],
      ['methods', methods],
      ['attributes', reader.attributes('')],
    ]);
    return { structure, code: reader.code };
  });
}

interface Constant {
  readonly tag: number;
  readonly value: string;
  readonly refers: readonly number[];
}

/** Bytes of each kind that are not references (§4.4, table 4.4-A), and the numbers of references. */
const kinds: ReadonlyMap<number, readonly [string, number, number]> = new Map([
  [3, ['int', 4, 0]],
  [4, ['float', 4, 0]],
  [5, ['long', 8, 0]],
  [6, ['double', 8, 0]],
  [7, ['class', 0, 1]],
  [8, ['string', 0, 1]],
  [9, ['field', 0, 2]],
  [10, ['method', 0, 2]],
  [11, ['interface method', 0, 2]],
  [12, ['name and type', 0, 2]],
  [15, ['method handle', 1, 1]],
  [16, ['method type', 0, 1]],
  [17, ['dynamic', 2, 1]],
  [18, ['invoke dynamic', 2, 1]],
  [19, ['module', 0, 1]],
  [20, ['package', 0, 1]],
]);

const deepest = 4;

class Constants {
  readonly #constants: (Constant | undefined)[] = [];

  constructor(cursor: ByteCursor) {
    const count = cursor.u16();
    for (let at = 1; at < count; at += 1) {
      const constant = readConstant(cursor);
      this.#constants[at] = constant;
      // Long and double take two places (§4.4.5).
      if (constant.tag === 5 || constant.tag === 6) at += 1;
    }
  }

  /** What a constant says, with what it refers to. */
  text(index: number, depth = 0): string {
    const constant = this.#constants[index];
    if (constant === undefined) return index === 0 ? '' : `#${index}`;
    if (constant.tag === 1 || depth > deepest) return constant.value;
    const parts = constant.refers.map((each) => this.text(each, depth + 1));
    return [constant.value, ...parts].filter((each) => each !== '').join(' ');
  }

  all(): string[] {
    return this.#constants.flatMap((constant, at) => {
      if (constant === undefined) return [];
      const kind = constant.tag === 1 ? 'text' : kinds.get(constant.tag)![0];
      return [`${kind} ${this.text(at)}`];
    });
  }
}

function readConstant(cursor: ByteCursor): Constant {
  const tag = cursor.u8();
  if (tag === 1) return { tag, value: cursor.text(cursor.u16()), refers: [] };
  const kind = kinds.get(tag);
  if (kind === undefined) throw new RangeError('an unknown constant');
  const [, bytes, references] = kind;
  const value = bytes === 0 ? '' : hexText(cursor.take(bytes));
  return { tag, value, refers: Array.from({ length: references }, () => cursor.u16()) };
}

/** Attributes whose content is the number of one constant. */
const named: ReadonlySet<string> = new Set(['SourceFile', 'Signature', 'ConstantValue', 'NestHost']);

class MemberReader {
  readonly code: Map<string, Uint8Array> = new Map();
  readonly #cursor: ByteCursor;
  readonly #constants: Constants;
  readonly #allowance: Allowance;

  constructor(cursor: ByteCursor, constants: Constants, allowance: Allowance) {
    this.#cursor = cursor;
    this.#constants = constants;
    this.#allowance = allowance;
  }

  members(kind: string): ReadonlyMap<string, Structure> {
    const count = this.#cursor.u16();
    const members = new Map<string, Structure>();
    for (let at = 0; at < count; at += 1) {
      const access = `0x${this.#cursor.u16().toString(16)}`;
      const [name, type] = [this.#cursor.u16(), this.#cursor.u16()];
      const key = `${this.#constants.text(name)} ${this.#constants.text(type)}`;
      members.set(
        key,
        new Map<string, Structure>([['access', access], ...this.attributes(`${kind} ${key}`)]),
      );
    }
    return members;
  }

  attributes(owner: string): Map<string, Structure> {
    const count = this.#cursor.u16();
    const found = new Map<string, Structure>();
    for (let at = 0; at < count; at += 1) {
      this.#allowance.spend();
      const name = this.#constants.text(this.#cursor.u16());
      const content = this.#cursor.take(this.#cursor.u32());
      if (name === 'Code') this.code.set(owner, content);
      else if (named.has(name) && content.length === 2)
        found.set(name, this.#constants.text(content.readUInt16BE()));
      else found.set(name, hexText(content));
    }
    return found;
  }
}
