/** Names that were probably meant. */

const mostLength = 64;

/** The name that is nearest to one that is not known: at most a third of it is different; undefined where none is near. */
export function nearName(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length > mostLength) return undefined;
  const plain = (text: string) => text.toLowerCase().replace(/_/g, '-');
  const ranked = names
    .map((name) => ({ name, distance: distanceOf(plain(wrong), plain(name)) }))
    .filter(
      ({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(wrong.length, name.length) / 3)),
    )
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

/** The number of characters to insert, remove, replace or exchange with the next (optimal string alignment). */
function distanceOf(left: string, right: string): number {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const changed = left[i - 1] === right[j - 1] ? 0 : 1;
      let least = Math.min(row[j - 1]! + 1, above[j]! + 1, above[j - 1]! + changed);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    [before, above] = [above, row];
  }
  return above[right.length]!;
}
