/**
 * The building blocks of the recipe schema: each block decodes a YAML node as yaml.v3 decodes it into a Go value
 * of that type, and encodes the value as yaml.v3 prints it (gopkg.in/yaml.v3 v3.0.1, decode.go and encode.go).
 */
import { printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { RecipeForm } from '../../melange/format.ts';
import type { Block } from './block.ts';
import { compareKeys } from './key-order.ts';
import { resolveOldFlag, resolvePlain } from './resolve.ts';
import type { Mapping, Node, Scalar } from './yaml-node.ts';

/** An oddity of a recipe that does not prevent a build. */
export interface RecipeFinding {
  /** A key that melange does not write there; a value of a wrong type where it has no influence on the package. */
  readonly kind: 'unknown-key' | 'wrong-type';
  /** Such as `package.copyright[0].license`; attacker-controlled. */
  readonly path: string;
  /** In words, without anything out of the recipe. */
  readonly detail: string;
}

/** The place of a value in the recipe. */
export interface Place {
  readonly path: string;
  /** Nothing below here has an influence on the package: wrong types are findings instead of failures. */
  readonly inert: boolean;
  readonly findings: RecipeFinding[];
}

export interface Codec<V> {
  /** The value of an absent key. */
  readonly zero: V;
  /** Whether Go's `omitempty` drops the value. */
  isZero(value: V): boolean;
  /** Turns a node that is not null into a value; throws `recipe-unreadable` where an active key has a wrong type. */
  decode(node: Node, place: Place): V;
  encode(value: V, form: RecipeForm): Node;
}

export interface StructCodec<T> extends Codec<T> {
  encode(value: T, form: RecipeForm): Mapping;
}

/** A key of a struct. */
export interface Field<V> {
  readonly key: string;
  readonly codec: Codec<V>;
  /** Whether melange writes the key even when its value is zero. */
  readonly alwaysWritten: (form: RecipeForm) => boolean;
}

/** A struct: one field for each property, in the order in which they are written. */
export type Fields<T> = { readonly [K in Exclude<keyof T, keyof Block>]-?: Field<T[K]> };

/** A key that is not written when its value is zero. */
export function optional<V>(key: string, codec: Codec<V>): Field<V> {
  return { key, codec, alwaysWritten: () => false };
}

export function always<V>(key: string, codec: Codec<V>): Field<V> {
  return { key, codec, alwaysWritten: () => true };
}

/** A key whose zero value some versions of melange write. */
export function alwaysWhere<V>(
  zeroWritten: 'falseOptions' | 'falseSequence',
  key: string,
  codec: Codec<V>,
): Field<V> {
  return { key, codec, alwaysWritten: (form) => form[zeroWritten] };
}

/** A Go string: the raw text of any scalar. */
export const text: Codec<string> = {
  zero: '',
  isZero: (value) => value === '',
  decode: (node, place) => (node.kind === 'scalar' ? node.text : mistyped(place, 'text', '')),
  encode: (value) => ({ kind: 'scalar', text: value, plain: false }),
};

/** A Go bool; a quoted word counts only if it is one of YAML 1.1's. */
export const flag: Codec<boolean> = {
  zero: false,
  isZero: (value) => !value,
  decode(node, place) {
    const value = node.kind === 'scalar' ? flagOf(node) : undefined;
    return value ?? mistyped(place, 'true or false', false);
  },
  encode: (value) => ({ kind: 'scalar', text: String(value), plain: true }),
};

function flagOf(node: Scalar): boolean | undefined {
  const resolved = node.plain ? resolvePlain(node.text) : undefined;
  return resolved?.type === 'flag' ? resolved.value : resolveOldFlag(node.text);
}

/** A Go integer within bounds; fractions are cut off. */
export function integer(smallest: number, largest: number): Codec<number> {
  const expected = `a whole number from ${smallest} to ${largest}`;
  return {
    zero: 0,
    isZero: (value) => value === 0,
    decode(node, place) {
      const value = node.kind === 'scalar' ? integerOf(node) : undefined;
      if (value === undefined || value < smallest || value > largest) return mistyped(place, expected, 0);
      return value;
    },
    encode: (value) => ({ kind: 'scalar', text: String(value), plain: true }),
  };
}

function integerOf(node: Scalar): number | undefined {
  const resolved = node.plain ? resolvePlain(node.text) : undefined;
  if (resolved?.type === 'integer') return Number(resolved.value);
  // `|| 0` turns -0 into 0; NaN is refused as not finite.
  if (resolved?.type === 'float' && Number.isFinite(resolved.value)) return Math.trunc(resolved.value) || 0;
  return undefined;
}

/** A Go pointer to an integer: absent is not zero. */
export function optionalInteger(smallest: number, largest: number): Codec<number | undefined> {
  const codec = integer(smallest, largest);
  return {
    zero: undefined,
    isZero: (value) => value === undefined,
    decode: codec.decode,
    encode: (value, form) =>
      value === undefined ? { kind: 'scalar', text: 'null', plain: true } : codec.encode(value, form),
  };
}

/** A Go duration, kept as its text. */
export const duration: Codec<string> = {
  ...text,
  decode(node, place) {
    const written = node.kind === 'scalar' && (!node.plain || resolvePlain(node.text).type === 'text');
    if (!written || !/^[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms?|s|h))+$/.test(node.text)) {
      return mistyped(place, 'a duration', '');
    }
    return /[1-9]/.test(node.text) ? node.text : '';
  },
};

/** A Go slice; nulls in it are dropped. */
export function list<V>(item: Codec<V>): Codec<readonly V[]> {
  return {
    zero: [],
    isZero: (values) => values.length === 0,
    decode(node, place) {
      if (node.kind !== 'sequence') return mistyped(place, 'a list', []);
      const values: V[] = [];
      node.items.forEach((value, index) => {
        if (!isNull(value)) values.push(item.decode(value, { ...place, path: `${place.path}[${index}]` }));
      });
      return values;
    },
    encode: (values, form) => ({
      kind: 'sequence',
      items: values.map((value) => item.encode(value, form)),
    }),
  };
}

/** A Go map with text keys. */
export function map<V>(item: Codec<V>): Codec<ReadonlyMap<string, V>> {
  return {
    zero: new Map(),
    isZero: (values) => values.size === 0,
    decode(node, place) {
      if (node.kind !== 'mapping') return mistyped(place, 'a mapping', new Map());
      return new Map(
        node.entries.map(([key, value]) => [
          key,
          isNull(value) ? item.zero : item.decode(value, below(place, key)),
        ]),
      );
    },
    encode: (values, form) => ({
      kind: 'mapping',
      entries: [...values]
        .sort(([a], [b]) => compareKeys(a, b))
        .map(([key, value]) => [key, item.encode(value, form)]),
    }),
  };
}

/** A Go struct. */
export function struct<T extends object>(fields: Fields<T>): StructCodec<T> {
  const table = Object.entries<Field<unknown>>(fields);
  const names = new Map(table.map(([name, field]) => [field.key, name]));
  const zero: Record<string, unknown> = Object.fromEntries(
    table.map(([name, { codec }]) => [name, codec.zero]),
  );
  const properties = fields as Readonly<Record<string, Field<unknown>>>;
  return {
    zero: zero as T,
    isZero: (value) => table.every(([name, { codec }]) => codec.isZero(value[name as keyof T])),
    decode(node, place) {
      if (node.kind !== 'mapping') return mistyped(place, 'a mapping', zero as T);
      const values = { ...zero };
      for (const [key, value] of node.entries) {
        const name = names.get(key);
        const at = below(place, key);
        if (name === undefined) report(at, 'unknown-key', 'melange does not write this key');
        else if (!isNull(value)) values[name] = properties[name]!.codec.decode(value, at);
      }
      return values as T;
    },
    encode: (value, form) => ({
      kind: 'mapping',
      entries: table
        .filter(
          ([name, { codec, alwaysWritten }]) => alwaysWritten(form) || !codec.isZero(value[name as keyof T]),
        )
        .map(([name, { key, codec }]) => [key, codec.encode(value[name as keyof T], form)]),
    }),
  };
}

/** A Go pointer to a struct: left out when nil, not when zero. */
export function block<T extends Block>(inner: Codec<T>): Codec<T> {
  return {
    ...inner,
    isZero: (value) => value.present === undefined && inner.isZero(value),
    decode(node, place) {
      const value = inner.decode(node, place);
      return inner.isZero(value) ? { ...value, present: true } : value;
    },
  };
}

/** Breaks the circle of a type that holds itself. */
export function deferred<V>(codec: () => Codec<V>): Codec<V> {
  return {
    get zero() {
      return codec().zero;
    },
    isZero: (value) => codec().isZero(value),
    decode: (node, place) => codec().decode(node, place),
    encode: (value, form) => codec().encode(value, form),
  };
}

/** A value without influence on the package: a wrong type in it is a finding. */
export function inert<V>(codec: Codec<V>): Codec<V> {
  return { ...codec, decode: (node, place) => codec.decode(node, { ...place, inert: true }) };
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.plain && resolvePlain(node.text).type === 'null';
}

function below(place: Place, key: string): Place {
  return { ...place, path: place.path === '' ? key : `${place.path}.${key}` };
}

function mistyped<V>(place: Place, expected: string, zero: V): V {
  if (!place.inert) {
    throw new Failure('recipe-unreadable', `${printable(place.path) || 'the recipe'} is not ${expected}`);
  }
  report(place, 'wrong-type', `expected ${expected}`);
  return zero;
}

const maxFindings = 100;

function report(place: Place, kind: RecipeFinding['kind'], detail: string): void {
  if (place.findings.length === maxFindings) {
    throw new Failure('recipe-unreadable', `the recipe has more than ${maxFindings} oddities`);
  }
  place.findings.push({ kind, path: place.path, detail });
}

export const texts: Codec<readonly string[]> = list(text);

/** Any integer. melange has 64 bits; no real value comes near the 53 that a JavaScript number holds. */
export const signed: Codec<number> = integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
