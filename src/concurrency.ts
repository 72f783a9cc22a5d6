/** Maps values, a limited number of them at once; results keep the order of the values. After the first failure no further one is begun. */
export async function mapConcurrently<V, R>(
  values: readonly V[],
  most: number,
  map: (value: V) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(values.length);
  let next = 0;
  const work = async (): Promise<void> => {
    try {
      for (let at = next++; at < values.length; at = next++) results[at] = await map(values[at]!);
    } finally {
      next = values.length;
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, most), values.length) }, work));
  return results;
}
