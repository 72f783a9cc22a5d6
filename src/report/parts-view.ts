/** What differs inside of a content as reports show it: printable, within a budget, with a count of what was cut. */
import {
  type ByteWindow,
  formatTitles,
  type HunkLine,
  type LineHunk,
  type Part,
  type PartKind,
  partTitles,
} from '../compare/part.ts';
import type { Budget } from './bounds.ts';
import { withDate } from './dates.ts';

export interface PartsView {
  readonly shown: readonly PartView[];
  /** The number of those that are not shown. */
  readonly cut: number;
}

export interface PartView {
  readonly kind: PartKind;
  readonly title: string;
  readonly formatTitle: string;
  readonly place: string;
  readonly published: string | undefined;
  readonly rebuilt: string | undefined;
  readonly note: string | undefined;
  readonly hunks: readonly LineHunk[];
  readonly windows: readonly ByteWindow[];
  /** Lines of text or rows of bytes that are not shown. */
  readonly cutLines: number;
  readonly children: PartsView;
}

/** Bytes of a row in a dump: as many as a terminal of 80 columns or the screen of a telephone holds. */
export const rowBytes = 8;

export interface Sides {
  readonly published?: string | undefined;
  readonly rebuilt?: string | undefined;
}

/** Both sides, printable. A number of seconds has its date beside it where the sides are times. */
export function viewSides({ published, rebuilt }: Sides, budget: Budget, areTimes = false) {
  const side = (text: string | undefined) =>
    text === undefined ? undefined : budget.show(areTimes ? withDate(text) : text);
  return { published: side(published), rebuilt: side(rebuilt) };
}

/** The depth beyond which parts are counted and not shown; comparators stop earlier. */
const deepest = 16;

export function viewParts(parts: readonly Part[], depth: number, budget: Budget): PartsView {
  const shown: PartView[] = [];
  for (const part of depth > deepest ? [] : parts) {
    if (!budget.takeLine()) break;
    shown.push(viewPart(part, depth, budget));
  }
  return { shown, cut: parts.length - shown.length };
}

function viewPart(part: Part, depth: number, budget: Budget): PartView {
  const { kind, format, place, note, lines = [], windows = [], children = [] } = part;
  const hunks = viewHunks(lines, budget);
  const ranges = viewWindows(windows, budget);
  return {
    kind,
    title: partTitles[kind],
    formatTitle: formatTitles[format],
    place: budget.show(place),
    ...viewSides(part, budget),
    note: note === undefined ? undefined : budget.show(note),
    hunks: hunks.shown,
    windows: ranges.shown,
    cutLines: hunks.cut + ranges.cut,
    children: viewParts(children, depth + 1, budget),
  };
}

function viewHunks(hunks: readonly LineHunk[], budget: Budget): { shown: LineHunk[]; cut: number } {
  const shown: LineHunk[] = [];
  let cut = 0;
  for (const { publishedStart, rebuiltStart, lines } of hunks) {
    const kept: HunkLine[] = [];
    for (const line of lines) {
      if (budget.takeLine()) kept.push(viewLine(line, budget));
      else cut += 1;
    }
    if (kept.length > 0) shown.push({ publishedStart, rebuiltStart, lines: kept });
  }
  return { shown, cut };
}

/** The view of a line, which is cut as one value, wherever its pieces end. */
function viewLine({ side, pieces }: HunkLine, budget: Budget): HunkLine {
  const shown: { text: string; changed: boolean }[] = [];
  let left = budget.bounds.value;
  for (const { text, changed } of pieces) {
    if (left <= 0) break;
    const mark = text.length > left ? '…' : '';
    shown.push({ text: `${budget.show(text.slice(0, left))}${mark}`, changed });
    left -= text.length;
  }
  return { side, pieces: shown };
}

function viewWindows(windows: readonly ByteWindow[], budget: Budget): { shown: ByteWindow[]; cut: number } {
  const shown: ByteWindow[] = [];
  let cut = 0;
  for (const window of windows) {
    const rows = Math.ceil(Math.max(window.published.length, window.rebuilt.length) / (2 * rowBytes));
    let taken = 0;
    while (taken < rows && budget.takeLine()) taken += 1;
    cut += rows - taken;
    if (taken === 0) continue;
    const digits = taken * 2 * rowBytes;
    shown.push({
      ...window,
      published: budget.show(window.published.slice(0, digits)),
      rebuilt: budget.show(window.rebuilt.slice(0, digits)),
    });
  }
  return { shown, cut };
}
