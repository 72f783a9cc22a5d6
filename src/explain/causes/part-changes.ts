/** The values that comparators found inside formats. */
import type { LineHunk, Part, PartMeaning } from '../../compare/part.ts';
import { type Changes, nothing } from './change-lists.ts';
import type { Change } from './evidence.ts';
import { lineChanges, textChanges } from './text-changes.ts';

/** Where parts lie: the place of what holds them, and what that is. */
interface Holder {
  readonly place: string;
  readonly about: PartMeaning['kind'] | undefined;
}

/** The named values of parts, and the texts inside them. */
export function partChanges(
  parts: readonly Part[],
  holder: Holder = { place: '', about: undefined },
): Changes {
  const found = parts.map((part) =>
    part.kind === 'bytes' ? windowChanges(part, parts, holder) : partChange(part, holder),
  );
  return {
    changes: found.flatMap(({ changes }) => changes),
    reorderings: found.flatMap(({ reorderings }) => reorderings),
    ranges: [],
  };
}

function partChange(part: Part, holder: Holder): Changes {
  const place = placeIn(holder, part.place);
  const about = part.meaning?.kind ?? holder.about;
  switch (part.kind) {
    case 'inside':
      return partChanges(part.children ?? [], { place, about });
    case 'value':
    case 'missing':
    case 'extra':
      return { ...nothing, changes: valueChanges(part, { place, within: holder.place, about }) };
    case 'order': {
      if (part.meaning?.kind !== 'order') return nothing;
      const { of, published, rebuilt } = part.meaning;
      return { ...nothing, reorderings: [{ place, of, format: part.format, published, rebuilt }] };
    }
    case 'text':
      return hunkChanges(part.lines ?? [], place);
    default:
      return nothing;
  }
}

function placeIn({ place }: Holder, own: string): string {
  return [place, own].filter((each) => each !== '').join(': ');
}

/** The bytes inside a format that no text beside them covers. */
function windowChanges({ windows = [], format }: Part, siblings: readonly Part[], holder: Holder): Changes {
  const texts = siblings.flatMap(({ meaning, published = '' }) =>
    meaning?.kind === 'text-at' ? [{ start: meaning.offset, end: meaning.offset + published.length }] : [],
  );
  const open = windows.filter(
    ({ publishedOffset, length = 1 }) =>
      !texts.some(({ start, end }) => publishedOffset >= start && publishedOffset + length <= end),
  );
  const changes = open.map(
    ({ publishedOffset, published, rebuilt }): Change => ({
      place: placeIn(holder, `byte ${publishedOffset}`),
      published,
      rebuilt,
      around: undefined,
      format,
      label: 'bytes',
      about: holder.about,
    }),
  );
  return { ...nothing, changes };
}

/** Formats whose values are compared as a whole, whatever is in them. */
const plainValues = new Set<Part['format']>(['tar', 'zip', 'ar', 'gzip', 'xz', 'bzip2', 'zstd', 'binary']);

/** A value, or, where it is a text, the words of it that differ. */
function valueChanges(
  { published, rebuilt, format, place: label }: Part,
  { place, ...where }: Pick<Change, 'place' | 'within' | 'about'>,
): readonly Change[] {
  const whole: Change = { place, published, rebuilt, around: undefined, format, label, ...where };
  if (published === undefined || rebuilt === undefined || plainValues.has(format)) return [whole];
  if (!/\s/.test(published) || !/\s/.test(rebuilt)) return [whole];
  const { changes } = lineChanges(published, rebuilt, place);
  return changes.length === 0 ? [whole] : changes.map((change) => ({ ...change, format, label, ...where }));
}

/** The changes in texts inside other formats, as far as their parts show them. */
function hunkChanges(hunks: readonly LineHunk[], place: string): Changes {
  const side = (name: 'published' | 'rebuilt') =>
    hunks
      .flatMap(({ lines }) => lines.filter((line) => line.side === name || line.side === 'both'))
      .map(({ pieces }) => pieces.map(({ text }) => text).join(''));
  return textChanges(side('published').join('\n'), side('rebuilt').join('\n'), place);
}
