/** Values of JSON with one member replaced. */

export type JsonPath = readonly (string | number)[];

/** A value with one of its members replaced; left out where `by` is undefined. */
export function replaced(value: unknown, path: JsonPath, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((each, at) => (at === key ? replaced(each, rest, by) : each));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, by) };
}

/** The path of every member, however deep. */
export function* pathsIn(value: unknown, above: JsonPath = []): Generator<(string | number)[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const path = [...above, Array.isArray(value) ? Number(key) : key];
    yield path;
    yield* pathsIn(member, path);
  }
}

/** The member at a path. */
export function memberAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], value);
}
