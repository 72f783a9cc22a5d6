/** Names that are alike: the same but for parts that programs draw, count or compute. */
import { grouped } from '../lists.ts';

/**
 * A name without what programs put into names: identifiers, digests and random letters. Hexadecimal digits count from six on, mixtures of letters and
 * digits from eight on, so that words and versions stay.
 */
function skeletonOf(name: string): string {
  return name
    .slice(0, longestName)
    .replace(/[0-9a-f]{8}([-_])[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}/gi, '*')
    .replace(
      /(?<![A-Za-z0-9])(?:(?=[a-f]*\d)[0-9a-f]{6,64}|(?=[A-F]*\d)[0-9A-F]{6,64}|(?=[A-Za-z]*\d)[A-Za-z0-9]{8,64})(?![A-Za-z0-9])/g,
      '*',
    );
}

const longestName = 4096;

/**
 * Whether the name of a file, up to its ending, is a word with digits in it, such as `python3x86lib1.so`: such names of different files have one
 * skeleton. Of names that are drawn, as a whole, few have five letters of one case in turn that are no hexadecimal digits.
 */
function isWord(name: string): boolean {
  const [stem = ''] = name.slice(name.lastIndexOf('/') + 1, longestName).split('.', 1);
  return skeletonOf(stem) === '*' && !/^[0-9a-f-]+$/i.test(stem) && /[a-z]{5}/.test(stem);
}

/**
 * Pairs names that only one side has, published to rebuilt, where only one on each side is alike: by name and size, then by name. What several could be
 * is not paired.
 */
export function alikeNames(
  published: readonly string[],
  rebuilt: readonly string[],
  sizeOf: (name: string, side: 'published' | 'rebuilt') => number = () => 0,
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const taken = new Set<string>();
  for (const exact of [true, false]) {
    const key = (side: 'published' | 'rebuilt') => (name: string) =>
      `${exact ? sizeOf(name, side) : ''} ${skeletonOf(name)}`;
    const left = grouped(
      published.filter((name) => !pairs.has(name) && skeletonOf(name) !== name && (exact || !isWord(name))),
      key('published'),
    );
    const right = grouped(
      rebuilt.filter((name) => !taken.has(name) && (exact || !isWord(name))),
      key('rebuilt'),
    );
    for (const [skeleton, [name, ...more]] of left) {
      const [other, ...others] = right.get(skeleton) ?? [];
      if (other === undefined || more.length + others.length > 0) continue;
      pairs.set(name, other);
      taken.add(other);
    }
  }
  return pairs;
}
