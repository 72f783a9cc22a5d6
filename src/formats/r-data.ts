/** R's serialisation in its binary form (R Internals 1.8; R src/main/serialize.c), as `saveRDS` and `save` write it. */
import { Allowance, type ByteCursor, hexText, readWhole } from './byte-cursor.ts';
import type { Structure } from './structured-value.ts';

const deepest = 200;

/** Whether bytes begin as a file of `saveRDS` or of `save` does. */
export function isRData(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 7)).toString('latin1');
  return /^(RDX[23]\n)?X\n/.test(start) && bytes.length > 20;
}

export function readRData(
  bytes: Uint8Array,
  most: number,
): { readonly values: ReadonlyMap<string, string>; readonly structure: Structure } | undefined {
  return readWhole(bytes, (cursor) => {
    if (cursor.bytes.toString('latin1', 0, 3) === 'RDX') cursor.take(5);
    cursor.take(2);
    const version = cursor.i32();
    const [writer, least] = [cursor.i32(), cursor.i32()].map(versionText);
    const encoding = version >= 3 ? cursor.text(cursor.i32()) : undefined;
    const structure = new RReader(cursor, most).value(0);
    if (cursor.left > 0) throw new RangeError('bytes behind the value');
    const values = new Map([
      ['version of the format', String(version)],
      ['version of R that wrote it', writer!],
      ['least version of R', least!],
      ...(encoding === undefined ? [] : [['native encoding', encoding] as const]),
    ]);
    return { values, structure };
  });
}

function versionText(version: number): string {
  return `${version >> 16}.${(version >> 8) & 0xff}.${version & 0xff}`;
}

/** Kinds without content (serialize.c, pseudo SEXPTYPEs). */
const constants: ReadonlyMap<number, string> = new Map([
  [254, 'NULL'],
  [253, 'global environment'],
  [252, 'unbound'],
  [251, 'missing argument'],
  [242, 'empty environment'],
  [241, 'base environment'],
  [247, 'base namespace'],
  [250, 'base namespace'],
]);

const hasAttributes = 1 << 9;
const hasTag = 1 << 10;
/** The integer and the float that stand for NA. */
const naInteger = -(2 ** 31);

class RReader {
  readonly #cursor: ByteCursor;
  readonly #allowance: Allowance;
  readonly #references: string[] = [];

  constructor(cursor: ByteCursor, most: number) {
    this.#cursor = cursor;
    this.#allowance = new Allowance(16 * most);
  }

  value(depth: number): Structure {
    this.#allowance.spend();
    if (depth > deepest) throw new RangeError('too deep');
    const flags = this.#cursor.i32();
    const kind = flags & 0xff;
    const constant = constants.get(kind);
    if (constant !== undefined) return constant;
    if (kind === 255) return this.#reference(flags);
    if (kind === 2 || kind === 5 || kind === 6 || kind === 3) return this.#pairs(flags, depth);
    const content = this.#content(kind, flags, depth);
    const isText = kind === 9 || kind === 1 || kind === 4;
    if (isText || (flags & hasAttributes) === 0) return content;
    return withAttributes(content, this.value(depth + 1));
  }

  #content(kind: number, flags: number, depth: number): Structure {
    switch (kind) {
      case 1:
        return this.#remember(String(this.value(depth + 1)));
      case 4:
        return this.#environment(depth);
      case 9:
        return this.#characters();
      case 7:
      case 8:
        return this.#cursor.text(this.#count());
      case 10:
      case 13:
        return this.#vector(() => integerText(this.#cursor.i32()));
      case 14:
        return this.#vector(() => String(this.#cursor.take(8).readDoubleBE()));
      case 15:
        return this.#vector(
          () => `${this.#cursor.take(8).readDoubleBE()}+${this.#cursor.take(8).readDoubleBE()}i`,
        );
      case 16:
      case 19:
      case 20:
        return this.#vector(() => this.value(depth + 1));
      case 24:
        return hexText(this.#cursor.take(this.#count()));
      case 238:
        return this.#altrep(depth);
      case 249:
      case 248:
      case 247:
        return this.#persistent(depth);
      default:
        throw new RangeError(`kind ${kind} with flags ${flags}`);
    }
  }

  #reference(flags: number): string {
    const index = flags >> 8 === 0 ? this.#cursor.i32() : flags >> 8;
    return this.#references[index - 1] ?? '?';
  }

  #remember(text: string): string {
    this.#references.push(text);
    return text;
  }

  #characters(): string {
    const length = this.#cursor.i32();
    if (length === -1) return 'NA';
    return this.#cursor.text(length);
  }

  #vector(item: () => Structure): Structure {
    const count = this.#count();
    this.#allowance.spend(count);
    const items = Array.from({ length: count }, item);
    return items.length === 1 ? items[0]! : items;
  }

  #count(): number {
    const length = this.#cursor.i32();
    if (length < 0) throw new RangeError('too long');
    return length;
  }

  #environment(depth: number): Structure {
    this.#cursor.take(4);
    this.#remember(`environment ${this.#references.length + 1}`);
    const parts = ['enclosure', 'frame', 'hash table', 'attributes'];
    return new Map(parts.map((part) => [part, this.value(depth + 1)]));
  }

  /** A vector in a form of its own, such as a range of integers (serialize.c, ALTREP_SXP). */
  #altrep(depth: number): Structure {
    const parts = ['form', 'state', 'attributes'];
    return new Map(parts.map((part) => [part, this.value(depth + 1)]));
  }

  #persistent(depth: number): Structure {
    this.#cursor.take(4);
    const count = this.#count();
    this.#allowance.spend(count);
    const names = Array.from({ length: count }, () => this.value(depth + 1));
    return this.#remember(names.map(String).join(' '));
  }

  /** Pair lists, calls, promises and closures: a chain of cells, read without recursion along the chain. */
  #pairs(first: number, depth: number): Structure {
    const found = new Map<string, Structure>();
    for (let flags = first; ; ) {
      this.#allowance.spend();
      if ((flags & hasAttributes) !== 0) found.set(`attributes ${found.size + 1}`, this.value(depth + 1));
      const tag = (flags & hasTag) === 0 ? '' : String(this.value(depth + 1));
      const key = tag === '' || found.has(tag) ? `${tag}#${found.size + 1}` : tag;
      found.set(key, this.value(depth + 1));
      const at = this.#cursor.at;
      flags = this.#cursor.i32();
      if ((flags & 0xff) === 2) continue;
      this.#cursor.at = at;
      const rest = this.value(depth + 1);
      if (rest !== 'NULL') found.set('rest', rest);
      return found;
    }
  }
}

function integerText(value: number): string {
  return value === naInteger ? 'NA' : String(value);
}

/** A list with names becomes members; other attributes stand beside the value. */
function withAttributes(content: Structure, attributes: Structure): Structure {
  if (!(attributes instanceof Map)) return content;
  const { names, ...others } = Object.fromEntries(attributes as ReadonlyMap<string, Structure>);
  const items = Array.isArray(content) ? (content as readonly Structure[]) : [content];
  const labels =
    typeof names === 'string' ? [names] : Array.isArray(names) ? (names as readonly Structure[]) : undefined;
  const isNamed =
    labels !== undefined && labels.length === items.length && new Set(labels).size === labels.length;
  const value: Structure = isNamed ? new Map(items.map((item, at) => [String(labels[at]), item])) : content;
  const rest = Object.entries(isNamed || names === undefined ? others : { ...others, names });
  return rest.length === 0 ? value : new Map<string, Structure>([['value', value], ...rest]);
}
