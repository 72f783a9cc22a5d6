/** Maps values with at most so many at once; results keep the order of the values. The first failure ends it. */
export async function mapConcurrently<V, R>(
  values: readonly V[],
  most: number,
  map: (value: V) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(values.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < values.length; at = next++) results[at] = await map(values[at]!);
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, most), values.length) }, work));
  return results;
}
