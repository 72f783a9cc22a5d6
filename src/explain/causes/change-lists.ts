/** Lists of what differs, and the bounds on them. */
import type { ByteRange, Change, Reordering } from './evidence.ts';

/** Bounds on looking for causes: what exceeds them gets no cause. */
export const causeBounds = {
  contentBytes: 32 * 1024 * 1024,
  changes: 500,
  lines: 200_000,
  ranges: 1000,
} as const;

export interface Changes {
  readonly changes: readonly Change[];
  readonly reorderings: readonly Reordering[];
  readonly ranges: readonly ByteRange[];
}

export const nothing: Changes = { changes: [], reorderings: [], ranges: [] };

/** A piece of text, and where it begins. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

/** The shape of a text: the text without its letters, digits and their lengths. */
export function shapeOf(text: string): string {
  return text.replace(/[A-Za-z0-9_]+/g, 'x').replace(/ +/g, ' ');
}
