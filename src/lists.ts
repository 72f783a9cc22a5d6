/** Operations on lists of any length. A long list that is spread into the arguments of a call overflows the stack. */

/** Appends all values of one list to another. */
export function addAll<Value>(list: Value[], more: Iterable<Value>): void {
  for (const value of more) list.push(value);
}

/** The largest of numbers, or `least` where none is larger. */
export function largest(values: Iterable<number>, least: number): number {
  let most = least;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** Adds a value to the list of its key. */
export function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}

/** The values of two lists at the same places. Lists of different lengths are a defect: neither may have a value that belongs to none of the other. */
export function paired<Left, Right>(
  left: readonly Left[],
  right: readonly Right[],
): (readonly [Left, Right])[] {
  if (left.length !== right.length) throw new RangeError(`${left.length} values for ${right.length}`);
  return left.map((value, at) => [value, right[at]!]);
}

/** Values by a key that each of them has, in their order. */
export function grouped<Key, Value>(
  values: Iterable<Value>,
  keyOf: (value: Value) => Key,
): Map<Key, [Value, ...Value[]]> {
  const groups = new Map<Key, [Value, ...Value[]]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** Values that wait below a key; the one that was added first is taken first. */
export class Queues<Key, Value> {
  readonly #waiting = new Map<Key, { readonly values: Value[]; taken: number }>();

  add(key: Key, value: Value): void {
    const queue = this.#waiting.get(key);
    if (queue === undefined) this.#waiting.set(key, { values: [value], taken: 0 });
    else queue.values.push(value);
  }

  /** Takes the next value that suits; values before it that do not suit are removed. */
  take(key: Key, suits: (value: Value) => boolean = () => true): Value | undefined {
    const queue = this.#waiting.get(key);
    while (queue !== undefined && queue.taken < queue.values.length) {
      const value = queue.values[queue.taken]!;
      queue.taken += 1;
      // What was taken is let go of, at the latest when nothing waits any more.
      if (queue.taken === queue.values.length) this.#waiting.delete(key);
      if (suits(value)) return value;
    }
    return undefined;
  }
}
