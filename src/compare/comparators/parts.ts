/** Builds parts and bounds them. */
import type { CompareLimits } from '../compare-limits.ts';
import type { FormatName, HunkLine, LineHunk, OrderedThings, Part, PartKind, PartMeaning } from '../part.ts';

/** A value of the two sides; undefined where a side has none. */
export function valuePart(
  format: FormatName,
  place: string,
  published: string | undefined,
  rebuilt: string | undefined,
  note?: string,
): Part {
  const kind: PartKind = rebuilt === undefined ? 'missing' : published === undefined ? 'extra' : 'value';
  return {
    format,
    kind,
    place,
    ...(published === undefined ? {} : { published: shorten(published) }),
    ...(rebuilt === undefined ? {} : { rebuilt: shorten(rebuilt) }),
    ...(note === undefined ? {} : { note }),
  };
}

export function unreadPart(format: FormatName, place: string, note: string): Part {
  return { format, kind: 'unread', place, note };
}

/** A part around parts; none where nothing inside differs. */
export function insideParts(format: FormatName, place: string, children: readonly Part[]): readonly Part[] {
  return children.length === 0 ? [] : [{ format, kind: 'inside', place, children }];
}

/** Named values that differ, in the order of the published side. */
export function valueParts(
  format: FormatName,
  published: ReadonlyMap<string, string>,
  rebuilt: ReadonlyMap<string, string>,
  { prefix = '', meanings = {} }: ValueNames = {},
): Part[] {
  const names = [...published.keys(), ...[...rebuilt.keys()].filter((name) => !published.has(name))];
  return names
    .filter((name) => published.get(name) !== rebuilt.get(name))
    .map((name) =>
      meaning(meanings[name], valuePart(format, prefix + name, published.get(name), rebuilt.get(name))),
    );
}

/** What stands before the name of each value, and what values of some names are. */
export interface ValueNames {
  readonly prefix?: string;
  readonly meanings?: ValueMeanings;
}

export type ValueMeanings = Readonly<Partial<Record<string, PlainMeaning>>>;

/** Meanings without values of their own. */
export type PlainMeaning = Exclude<PartMeaning['kind'], 'text-at' | 'order' | 'function'>;

/** A part with its meaning; the part as it is where there is none. */
export function meaning(kind: PlainMeaning | undefined, part: Part): Part {
  return kind === undefined ? part : { ...part, meaning: { kind } };
}

/** One part where things that both sides have come in a different order; `place` says of what. */
export function orderParts(
  format: FormatName,
  of: OrderedThings,
  place: string,
  published: readonly string[],
  rebuilt: readonly string[],
): readonly Part[] {
  const there = new Set(rebuilt);
  const both = new Set(published.filter((name) => there.has(name)));
  const left = published.filter((name) => both.has(name));
  const right = rebuilt.filter((name) => both.has(name));
  const at = left.findIndex((name, index) => right[index] !== name);
  if (at < 0 || right[at] === undefined) return [];
  const from = (names: readonly string[]) => names.slice(at, at + shownInOrder);
  const shown = (names: readonly string[]) => shorten(from(names).join(', '));
  return [
    {
      format,
      kind: 'order',
      place,
      published: shown(left),
      rebuilt: shown(right),
      note: `from number ${at + 1} of the ${left.length} that both have`,
      meaning: {
        kind: 'order',
        of,
        published: within(from(left), longestValue),
        rebuilt: within(from(right), longestValue),
      },
    },
  ];
}

/** The texts, in which equal items are distinguished by a number. */
export function numbered(texts: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return texts.map((text) => {
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return before === 0 ? text : `${text} (${before + 1})`;
  });
}

const shownInOrder = 8;
/** More than any bound on values, so that building parts cannot hold much. */
const longestValue = 4096;

/** The first names that have at most this many characters together. */
function within(names: readonly string[], most: number): readonly string[] {
  let left = most;
  const end = names.findIndex((name) => {
    left -= name.length;
    return left < 0;
  });
  return end < 0 ? names : names.slice(0, end);
}

function shorten(text: string, most: number = longestValue): string {
  if (text.length <= most) return text;
  // Half a surrogate pair would stand for a byte.
  const cut = /[\uD800-\uDBFF]/.test(text[most - 1]!) ? most - 1 : most;
  return `${text.slice(0, cut)}… (${text.length} characters)`;
}

/** The parts within the bounds on number, values and output; what is cut is listed as not looked at. */
export function boundParts(parts: readonly Part[], limits: CompareLimits): readonly Part[] {
  return bounded(parts, { parts: limits.parts, characters: limits.outputCharacters }, limits);
}

interface Left {
  parts: number;
  characters: number;
}

function bounded(parts: readonly Part[], left: Left, limits: CompareLimits): readonly Part[] {
  const kept: Part[] = [];
  for (const part of parts) {
    if (left.parts <= 0 || left.characters <= 0) {
      const cut = countParts(parts.slice(kept.length));
      kept.push(unreadPart(part.format, '', `${cut} more ${cut === 1 ? 'part' : 'parts'} not listed`));
      break;
    }
    left.parts -= 1;
    const own = boundedPart(part, limits);
    left.characters -= ownCharacters(own);
    kept.push(part.children === undefined ? own : { ...own, children: bounded(part.children, left, limits) });
  }
  return kept;
}

function boundedPart(part: Part, { valueCharacters }: CompareLimits): Part {
  return {
    ...part,
    place: shorten(part.place, valueCharacters),
    ...(part.published === undefined ? {} : { published: shorten(part.published, valueCharacters) }),
    ...(part.rebuilt === undefined ? {} : { rebuilt: shorten(part.rebuilt, valueCharacters) }),
    ...(part.meaning?.kind === 'order' ? { meaning: boundedOrder(part.meaning, valueCharacters) } : {}),
  };
}

function boundedOrder(order: PartMeaning & { readonly kind: 'order' }, most: number): PartMeaning {
  return { ...order, published: within(order.published, most), rebuilt: within(order.rebuilt, most) };
}

function countParts(parts: readonly Part[]): number {
  return parts.reduce((sum, { children }) => sum + 1 + countParts(children ?? []), 0);
}

/** Characters of a part without those inside it. */
function ownCharacters({ place, published, rebuilt, note, lines, windows }: Part): number {
  const texts = [place, published ?? '', rebuilt ?? '', note ?? ''];
  const bytes = (windows ?? []).reduce((sum, each) => sum + each.published.length + each.rebuilt.length, 0);
  return (
    texts.reduce((sum, text) => sum + text.length, 0) +
    bytes +
    (lines ?? []).reduce((sum, hunk) => sum + hunkCharacters(hunk), 0)
  );
}

/** Characters of a part and of everything inside it. */
export function charactersOf(part: Part): number {
  return (part.children ?? []).reduce((sum, child) => sum + charactersOf(child), ownCharacters(part));
}

function hunkCharacters({ lines }: LineHunk): number {
  const lineCharacters = ({ pieces }: HunkLine) => pieces.reduce((sum, { text }) => sum + text.length, 0);
  return lines.reduce((sum, line) => sum + lineCharacters(line), 0);
}
