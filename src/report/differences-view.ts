/** Differences as reports show them: in words, printable, within a budget, with a count of what was cut. */
import { type Cause, type CauseKind, causePage, causeTitles } from '../compare/cause.ts';
import type { SectionComparison, SectionLikeness } from '../compare/compare-sections.ts';
import type { UnequalComparison } from '../compare/comparison.ts';
import { type Difference, type DifferenceKind, differenceTitles } from '../compare/difference.ts';
import { countDifferences } from '../compare/difference-list.ts';
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
import { countedLines, sbomDifferenceLines } from './sbom-lines.ts';

/** What differs in the sections of two packages, or in two folders or files. */
export interface DifferencesView {
  readonly sections: readonly SectionView[];
  /** Most frequent first, `unknown` last. */
  readonly causes: readonly CauseCount[];
  readonly differences: readonly DifferenceView[];
  /** How many differences there are, and how many of them are not among `differences`. */
  readonly total: number;
  readonly cut: number;
  /** How the SBOMs differ, one line for each difference. */
  readonly sbom: readonly string[];
}

export interface SectionView {
  readonly section: string;
  readonly likeness: SectionLikeness;
  /** The number of its differences, shown or not. */
  readonly total: number;
}

export interface ComparisonView extends DifferencesView {
  readonly published: string;
  readonly rebuilt: string;
}

export interface CauseCount {
  readonly kind: CauseKind;
  readonly title: string;
  /** The page that explains it. */
  readonly page: string;
  /** The number of differences in which it was found. */
  readonly count: number;
}

export interface DifferenceView {
  readonly section: string;
  readonly kind: DifferenceKind;
  /** The kind in words, with the name of the field or record. */
  readonly title: string;
  /** The kind in words, without the name, and the name by itself. */
  readonly kindTitle: string;
  readonly name: string | undefined;
  /** Empty for the section itself. */
  readonly path: string;
  readonly published: string | undefined;
  readonly rebuilt: string | undefined;
  readonly causes: readonly CauseView[];
  readonly parts: PartsView;
}

export interface CauseView {
  readonly kind: CauseKind;
  readonly title: string;
  readonly confidence: Cause['confidence'];
  readonly place: string;
  readonly published: string | undefined;
  readonly rebuilt: string | undefined;
  readonly why: string;
}

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

export function viewComparison(comparison: UnequalComparison, budget: Budget): ComparisonView {
  const { files, sections } = comparison;
  return {
    published: fileText(files.published),
    rebuilt: fileText(files.rebuilt),
    ...viewSections(sections, budget),
    sbom: sbomLines(comparison),
  };
}

function fileText({ size, sha256 }: { readonly size: number; readonly sha256: string }): string {
  return `${size} bytes, sha256 ${sha256}`;
}

/** The view of sections without an SBOM. */
export function viewSections(sections: readonly SectionComparison[], budget: Budget): DifferencesView {
  const all = sections.flatMap(({ differences }) => differences);
  const total = countDifferences(sections);
  const differences: DifferenceView[] = [];
  for (const difference of all) {
    if (!budget.takeDifference()) break;
    differences.push(viewDifference(difference, budget));
  }
  return {
    sections: sections.map((each) => ({
      section: each.section,
      likeness: each.likeness,
      total: countDifferences([each]),
    })),
    causes: countCauses(all, total - all.length),
    differences,
    total,
    cut: total - differences.length,
    sbom: [],
  };
}

/** Counts causes. Differences that are not listed have none: causes were not looked for. */
function countCauses(differences: readonly Difference[], unlisted: number): CauseCount[] {
  const counts = new Map<CauseKind, number>();
  for (const { causes } of differences) {
    for (const kind of new Set(causes?.map((cause) => cause.kind))) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  if (counts.size > 0 && unlisted > 0) counts.set('unknown', (counts.get('unknown') ?? 0) + unlisted);
  const known = Object.keys(causeTitles) as CauseKind[];
  return known
    .filter((kind) => counts.has(kind))
    .map((kind) => ({ kind, title: causeTitles[kind], page: causePage(kind), count: counts.get(kind)! }))
    .sort((a, b) => Number(a.kind === 'unknown') - Number(b.kind === 'unknown') || b.count - a.count);
}

function viewDifference(difference: Difference, budget: Budget): DifferenceView {
  const { section, kind, path, name, published, rebuilt, causes } = difference;
  const kindTitle = differenceTitles[kind];
  const shownName = name === undefined ? undefined : budget.show(name);
  return {
    section,
    kind,
    title: shownName === undefined ? kindTitle : `${kindTitle} ${shownName}`,
    kindTitle,
    name: shownName,
    path: budget.show(path),
    ...viewSides({ published, rebuilt }, budget),
    causes: (causes ?? []).slice(0, mostCauses).map((cause) => viewCause(cause, budget)),
    parts: viewParts(difference.parts ?? [], 0, budget),
  };
}

const mostCauses = 8;

function viewSides(
  { published, rebuilt }: { published?: string | undefined; rebuilt?: string | undefined },
  budget: Budget,
): { published: string | undefined; rebuilt: string | undefined } {
  return {
    published: published === undefined ? undefined : budget.show(published),
    rebuilt: rebuilt === undefined ? undefined : budget.show(rebuilt),
  };
}

function viewCause({ kind, confidence, place, published, rebuilt, why }: Cause, budget: Budget): CauseView {
  return {
    kind,
    title: causeTitles[kind],
    confidence,
    place: budget.show(place),
    ...viewSides({ published, rebuilt }, budget),
    why: budget.show(why),
  };
}

/** The SBOM element by element, where the inside of its file is not shown; else how many of its elements only a scan would explain. */
function sbomLines({ sections, sbomPath, sbomDifferences }: UnequalComparison): string[] {
  const known = sections.some(({ differences }) =>
    differences.some(({ path, parts }) => path === sbomPath && parts !== undefined),
  );
  return known ? countedLines(sbomDifferences) : sbomDifferenceLines(sbomDifferences);
}

/** The depth beyond which parts are counted and not shown; comparators stop earlier. */
const deepest = 16;

function viewParts(parts: readonly Part[], depth: number, budget: Budget): PartsView {
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
