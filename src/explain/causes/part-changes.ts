/** The values that comparators found inside formats. */
import type { LineHunk, Part } from '../../compare/part.ts';
import { type Changes, nothing } from './change-lists.ts';
import type { Change, Reordering } from './evidence.ts';
import { lineChanges, textChanges } from './text-changes.ts';

/** The named values of parts, and the texts inside them. */
export function partChanges(parts: readonly Part[], prefix: string): Changes {
  const found = parts.map((part) =>
    part.kind === 'bytes' ? windowChanges(part, parts, prefix) : partChange(part, prefix),
  );
  return {
    changes: found.flatMap(({ changes }) => changes),
    reorderings: found.flatMap(({ reorderings }) => reorderings),
    ranges: [],
  };
}

function partChange(part: Part, prefix: string): Changes {
  const place = [prefix, part.place].filter((each) => each !== '').join(': ');
  switch (part.kind) {
    case 'inside':
      return partChanges(part.children ?? [], place);
    case 'value':
    case 'missing':
    case 'extra':
      return { ...nothing, changes: valueChanges(part, place) };
    case 'order': {
      const list = (text: string | undefined) => (text ?? '').split(', ');
      const [published, rebuilt] = [list(part.published), list(part.rebuilt)];
      const of = thingsOf(part, published);
      return { ...nothing, reorderings: [{ place, of, format: part.format, published, rebuilt }] };
    }
    case 'text':
      return prefix === '' ? nothing : hunkChanges(part.lines ?? [], place);
    default:
      return nothing;
  }
}

/** The bytes inside a format that no text beside them covers. */
function windowChanges({ windows = [], format }: Part, siblings: readonly Part[], prefix: string): Changes {
  const texts = siblings.flatMap(({ place, published = '' }) => {
    const at = /^text at byte (\d+)$/.exec(place)?.[1];
    return at === undefined ? [] : [{ start: Number(at), end: Number(at) + published.length }];
  });
  const open = windows.filter(
    ({ publishedOffset, length = 1 }) =>
      !texts.some(({ start, end }) => publishedOffset >= start && publishedOffset + length <= end),
  );
  const changes = open.map(
    ({ publishedOffset, published, rebuilt }): Change => ({
      place: [prefix, `byte ${publishedOffset}`].filter((each) => each !== '').join(': '),
      published,
      rebuilt,
      around: undefined,
      format,
      label: 'bytes',
    }),
  );
  return { ...nothing, changes };
}

/** Formats whose values are compared as a whole, whatever is in them. */
const plainValues = new Set<Part['format']>(['tar', 'zip', 'ar', 'gzip', 'xz', 'bzip2', 'zstd', 'binary']);

/** A value, or, where it is a text, the words of it that differ. */
function valueChanges({ published, rebuilt, format, place: label }: Part, place: string): readonly Change[] {
  const whole: Change = { place, published, rebuilt, around: undefined, format, label };
  if (published === undefined || rebuilt === undefined || plainValues.has(format)) return [whole];
  if (!/\s/.test(published) || !/\s/.test(rebuilt)) return [whole];
  const { changes } = lineChanges(published, rebuilt, place);
  return changes.length === 0 ? [whole] : changes.map((change) => ({ ...change, format, label }));
}

const structured = new Set<Part['format']>(['json', 'spdx', 'yaml', 'python-bytecode']);

/** What comes in another order: keys are bare, items of lists are written as JSON writes them. */
function thingsOf({ format, place }: Part, values: readonly string[]): Reordering['of'] {
  if (!structured.has(format)) return 'members';
  if (format === 'python-bytecode') return /\bset$/.test(place) ? 'constants' : 'items';
  return values.some((value) => /^["[{\d-]/.test(value)) ? 'items' : 'keys';
}

/** The changes in texts inside other formats, as far as their parts show them. */
function hunkChanges(hunks: readonly LineHunk[], place: string): Changes {
  const side = (name: 'published' | 'rebuilt') =>
    hunks
      .flatMap(({ lines }) => lines.filter((line) => line.side === name || line.side === 'both'))
      .map(({ pieces }) => pieces.map(({ text }) => text).join(''));
  return textChanges(side('published').join('\n'), side('rebuilt').join('\n'), place);
}
