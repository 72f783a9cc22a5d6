/**
 * A function that is worked out once for each of its arguments, which are never changed. What every difference of a comparison asks
 * of all of them, or of all steps, would else be worked out as often as there are differences.
 */
export function onceFor<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found.value;
    const value = make(key);
    known.set(key, { value });
    return value;
  };
}
