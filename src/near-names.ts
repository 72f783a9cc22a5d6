/** Names that were probably meant. */

const mostLength = 64;

/** The name that is nearest to one that is not known: at most a third of it is different; undefined where none is near. */
export function nearName(wrong: string, names: Iterable<string>): string | undefined {
  return nearNames(wrong, names, 1)[0];
}

/** The nearest names, each once, the nearest first and those that are equally near in the order of their code points; time is linear in the number of names. */
export function nearNames(wrong: string, names: Iterable<string>, most: number): string[] {
  if (wrong.length > mostLength) return [];
  const asked = plain(wrong);
  const near = new Map<string, number>();
  for (const name of names) {
    const longest = Math.max(asked.length, name.length);
    const room = Math.max(1, Math.floor(longest / 3));
    if (Math.abs(asked.length - name.length) > room || near.has(name)) continue;
    const distance = distanceOf(asked, plain(name));
    if (distance <= room) near.set(name, distance);
  }
  return [...near]
    .sort(([a, far], [b, farther]) => far - farther || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([name]) => name);
}

function plain(text: string): string {
  return text.toLowerCase().replace(/_/g, '-');
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
