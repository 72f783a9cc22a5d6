/**
 * The pieces of which the decoders of saved results are made: each takes a value of unknown origin and gives one of a strict type, or
 * fails with `usage` and the place. A member that no decoder names is left out: later versions may add some.
 */
import { steeringCharacters } from '../../bytes.ts';
import { parseSha256, type Sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { isJsonObject } from '../../formats/bounded-json.ts';
import { type PackageName, type PackageVersion, parsePackageName, parsePackageVersion } from '../../names.ts';

/** @param place such as `packages[3].verdict` */
export type Decoder<T> = (value: unknown, place: string) => T;

/** One decoder for each member; the compiler asks for all of them. */
type Fields<T> = {
  readonly [K in keyof T]-?: Decoder<Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K]>;
};

export function refuse(place: string, expected: string): never {
  throw new Failure('usage', `this is not a saved result: ${place === '' ? 'its top' : place} is wrong`, {
    expected,
  });
}

export const text: Decoder<string> = (value, place) =>
  typeof value === 'string' ? value : refuse(place, 'a text');

/** A text that can only be of a closed list or a plain name, and that reports print as it is: it steers no terminal and begins no line. */
export const plain: Decoder<string> = (value, place) =>
  typeof value === 'string' && value.search(steeringCharacters) < 0 ? value : refuse(place, 'a plain text');

/** A name of a form of its own, which can stand in a path. */
export function namedBy<T>(parse: (text: string) => T | undefined, expected: string): Decoder<T> {
  return (value, place) => (typeof value === 'string' ? parse(value) : undefined) ?? refuse(place, expected);
}

export const packageName: Decoder<PackageName> = namedBy(parsePackageName, 'the name of a package');
export const packageVersion: Decoder<PackageVersion> = namedBy(
  parsePackageVersion,
  'the version of a package',
);

export const flag: Decoder<boolean> = (value, place) =>
  typeof value === 'boolean' ? value : refuse(place, 'true or false');

export const integer: Decoder<number> = (value, place) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(place, 'a whole number');

/** Seconds since 1970 that a date can hold (ECMA-262, 21.4.1.1). */
export const seconds: Decoder<number> = (value, place) => {
  const number = integer(value, place);
  return Math.abs(number) <= 8.64e12 ? number : refuse(place, 'a time in seconds');
};

export const count: Decoder<number> = (value, place) => {
  const number = integer(value, place);
  return number >= 0 ? number : refuse(place, 'a number of things');
};

export const digest: Decoder<Sha256> = (value, place) => {
  const found = typeof value === 'string' ? parseSha256(value) : undefined;
  return found !== undefined && found === value ? found : refuse(place, 'a SHA-256 in lower-case hex digits');
};

/** A word of a closed list, which is given as a table over it or as the list. */
export function word<T extends string>(words: readonly T[] | Readonly<Record<T, unknown>>): Decoder<T> {
  const known = new Map<unknown, T>(
    (Array.isArray(words) ? words : Object.keys(words)).map((each: T) => [each, each]),
  );
  return (value, place) => known.get(value) ?? refuse(place, 'a word of its list');
}

/** The word of one member of a union. */
export function kindOf<K extends string>(kind: K): Decoder<K> {
  return word<K>([kind]);
}

export function list<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (value, place) =>
    Array.isArray(value) ? value.map((each, at) => item(each, `${place}[${at}]`)) : refuse(place, 'a list');
}

export function optional<T>(decoder: Decoder<T>): Decoder<T | undefined> {
  return (value, place) => (value === undefined ? undefined : decoder(value, place));
}

export function nullable<T>(decoder: Decoder<T>): Decoder<T | null> {
  return (value, place) => (value === null ? null : decoder(value, place));
}

/** An object with these members. A member without a value is left out of it. */
export function members<T extends object>(fields: Fields<T>): Decoder<T> {
  const all = Object.entries(fields) as [string, Decoder<unknown>][];
  return (value, place) => {
    if (!isJsonObject(value)) return refuse(place, 'an object');
    const above = place === '' ? '' : `${place}.`;
    // Without lists in between: a sweep reads millions of members.
    const found: Record<string, unknown> = {};
    for (const [key, decoder] of all) {
      const member = decoder(Object.hasOwn(value, key) ? value[key] : undefined, above + key);
      if (member !== undefined) found[key] = member;
    }
    return found as T;
  };
}

/** The object by the word in one of its members. */
export function byWord<T>(key: string, decoders: Readonly<Record<string, Decoder<T>>>): Decoder<T> {
  return (value, place) => {
    const named = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    const decoder = typeof named === 'string' && Object.hasOwn(decoders, named) ? decoders[named] : undefined;
    return decoder === undefined
      ? refuse(`${place}.${key}`, `one of ${Object.keys(decoders).join(', ')}`)
      : decoder(value, place);
  };
}
