/** Which versions a rule is about: a pattern such as `1.3.*`, or a range such as `>=1.3 <2` in apk's order. */
import { compareVersions, isVersion } from '../repository/package-version.ts';
import { contains, type Glob, matches, parseGlob } from './glob.ts';

export type VersionPattern =
  | { readonly kind: 'glob'; readonly glob: Glob }
  | { readonly kind: 'range'; readonly text: string; readonly bounds: readonly Bound[] };

interface Bound {
  readonly order: Order;
  readonly version: string;
}

const orders = ['>=', '<=', '>', '<', '='] as const;
type Order = (typeof orders)[number];

const mostBounds = 8;

/** Parses a pattern; undefined for what is neither. */
export function parseVersionPattern(text: string): VersionPattern | undefined {
  if (!/^[<>=]/.test(text)) {
    const glob = parseGlob(text);
    return glob === undefined || /\s/.test(text) ? undefined : { kind: 'glob', glob };
  }
  const words = text.split(' ').filter((word) => word !== '');
  const bounds = words.map(parseBound);
  return words.length > mostBounds || !bounds.every((each) => each !== undefined)
    ? undefined
    : { kind: 'range', text, bounds };
}

function parseBound(word: string): Bound | undefined {
  const order = orders.find((each) => word.startsWith(each));
  const version = word.slice(order?.length ?? 0);
  return order === undefined || version.length > 128 || !isVersion(version) ? undefined : { order, version };
}

/** Text that is not a version is in no range: whoever chose it would choose the side. */
export function matchesVersion(pattern: VersionPattern, version: string): boolean {
  if (pattern.kind === 'glob') return matches(pattern.glob, version);
  return isVersion(version) && pattern.bounds.every((bound) => isWithin(bound, version));
}

function isWithin({ order, version }: Bound, given: string): boolean {
  const place = compareVersions(given, version);
  switch (order) {
    case '>=':
      return place >= 0;
    case '<=':
      return place <= 0;
    case '>':
      return place > 0;
    case '<':
      return place < 0;
    case '=':
      return place === 0;
  }
}

/** Whether every version of one pattern is one of a different pattern; errs to no. */
export function containsVersions(outer: VersionPattern, inner: VersionPattern): boolean {
  if (outer.kind === 'glob' && inner.kind === 'glob') return contains(outer.glob, inner.glob);
  if (inner.kind === 'glob') return inner.glob.isPlain && matchesVersion(outer, inner.glob.text);
  return outer.kind === 'range' && outer.text === inner.text;
}
