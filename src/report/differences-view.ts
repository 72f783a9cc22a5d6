/** Differences as reports show them: in words, printable, those of one shape as one row, within a budget, with a count of what was cut. */
import { type Cause, type CauseKind, causePage, causeTitles } from '../compare/cause.ts';
import type { SectionComparison, SectionLikeness } from '../compare/compare-sections.ts';
import type { UnequalComparison } from '../compare/comparison.ts';
import {
  type Difference,
  type DifferenceKind,
  differenceTitles,
  originTitles,
} from '../compare/difference.ts';
import { countDifferences } from '../compare/difference-list.ts';
import type { Budget } from './bounds.ts';
import {
  type DifferenceGroup,
  type FolderCount,
  foldersOf,
  groupDifferences,
  mostFolders,
} from './difference-groups.ts';
import { type PartsView, viewParts, viewSides } from './parts-view.ts';
import { countedLines, sbomDifferenceLines } from './sbom-lines.ts';

/** What differs in the sections of two packages, or in two folders or files. */
export interface DifferencesView {
  readonly sections: readonly SectionView[];
  /** Most frequent first, `unknown` last. */
  readonly causes: readonly CauseCount[];
  /** The number of differences of each kind, and of those for which no cause was looked for. */
  readonly kinds: readonly {
    readonly kind: DifferenceKind;
    readonly title: string;
    readonly count: number;
  }[];
  readonly uncaused: number;
  readonly groups: readonly GroupView[];
  /** The number of differences without those that follow from others, and how many of them are in no group that is shown. */
  readonly total: number;
  readonly cut: number;
  /** What follows from other differences, by what it follows from. */
  readonly consequences: readonly ConsequenceView[];
  /** How the SBOMs differ, one line for each difference. */
  readonly sbom: readonly string[];
}

export interface SectionView {
  readonly section: string;
  readonly likeness: SectionLikeness;
  /** The number of its differences that do not follow from others, shown or not. */
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

/** Differences of one shape, of which one is shown. */
export interface GroupView {
  readonly count: number;
  /** The titles of the causes that all of them have. */
  readonly causes: readonly { readonly kind: CauseKind; readonly title: string }[];
  /** The place inside the content, where it is the same for all. */
  readonly place: string | undefined;
  /** Whether all of them have the values of the example. */
  readonly sameValues: boolean;
  /** Where they lie, the fullest first; none for a single difference. */
  readonly folders: readonly FolderCount[];
  /** The paths of the others, as far as they are shown. */
  readonly others: readonly string[];
  readonly example: DifferenceView;
}

export interface ConsequenceView {
  /** What it follows from, in words. */
  readonly origin: string;
  /** What follows, in words: the first of them, and the number of the others. */
  readonly what: readonly string[];
  readonly cut: number;
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
  const unlisted = countDifferences(sections) - all.length;
  const { groups, consequences, causes, kinds, uncaused, roots } = groupDifferences(all);
  const shown: GroupView[] = [];
  for (const group of groups) {
    if (!budget.takeDifference()) break;
    shown.push(viewGroup(group, budget));
  }
  const total = all.length - consequences.length + unlisted;
  return {
    sections: sections.map(({ section, likeness, unlisted: more = 0 }) => ({
      section,
      likeness,
      total: (roots.get(section) ?? 0) + more,
    })),
    causes: causeCounts(causes, unlisted),
    kinds: [...kinds].map(([kind, count]) => ({ kind, title: differenceTitles[kind], count })),
    uncaused: uncaused + (causes.size === 0 ? unlisted : 0),
    groups: shown,
    total,
    cut: total - shown.reduce((sum, { count }) => sum + count, 0),
    consequences: viewConsequences(consequences, budget),
    sbom: [],
  };
}

/** The number of differences with each cause. Those that are not listed have none: causes were not looked for. */
function causeCounts(counts: ReadonlyMap<CauseKind, number>, unlisted: number): CauseCount[] {
  const kinds = [...counts.keys()].filter((kind) => kind !== 'unknown');
  const unknown = (counts.get('unknown') ?? 0) + (counts.size > 0 ? unlisted : 0);
  return [...kinds, ...(unknown > 0 ? (['unknown'] as const) : [])].map((kind) => ({
    kind,
    title: causeTitles[kind],
    page: causePage(kind),
    count: kind === 'unknown' ? unknown : counts.get(kind)!,
  }));
}

function viewGroup({ members, causes, place, sameValues }: DifferenceGroup, budget: Budget): GroupView {
  const [first, ...rest] = members;
  const example = viewDifference(first, budget);
  const others: string[] = [];
  for (const { path } of rest) {
    if (!budget.takeMember()) break;
    others.push(budget.show(path));
  }
  const folders =
    rest.length === 0
      ? []
      : foldersOf(
          members.map(({ path }) => path),
          mostFolders,
        );
  return {
    count: members.length,
    causes: causes.map((kind) => ({ kind, title: causeTitles[kind] })),
    place: rest.length === 0 || place === undefined ? undefined : budget.show(place),
    sameValues,
    folders: folders.map(({ path, count }) => ({ path: budget.show(path), count })),
    others,
    example,
  };
}

/** The most consequences of one origin that are named. */
const mostConsequences = 6;

function viewConsequences(consequences: readonly Difference[], budget: Budget): ConsequenceView[] {
  const found = new Map<string, { what: string[]; cut: number }>();
  for (const { section, kind, path, name, followsFrom } of consequences) {
    const { kind: origin, path: from } = followsFrom!;
    const text = from === undefined ? originTitles[origin] : `${originTitles[origin]}: ${budget.show(from)}`;
    if (found.size >= mostGroups && !found.has(text)) break;
    const group = found.get(text) ?? { what: [], cut: 0 };
    found.set(text, group);
    const words = [path === '' ? section : path, kind === 'field' ? '' : differenceTitles[kind], name ?? ''];
    if (group.what.length >= mostConsequences) group.cut += 1;
    else group.what.push(budget.show(words.filter((word) => word !== '').join(' ')));
  }
  return [...found].map(([origin, group]) => ({ origin, ...group }));
}

/** The most origins that are named. */
const mostGroups = 50;

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
    ...viewSides({ published, rebuilt }, budget, kind === 'mtime' || name === 'builddate'),
    causes: (causes ?? []).slice(0, mostCauses).map((cause) => viewCause(cause, budget)),
    parts: viewParts(difference.parts ?? [], 0, budget),
  };
}

const mostCauses = 8;

/** Causes whose values are times. */
const ofTimes: ReadonlySet<CauseKind> = new Set(['timestamp', 'gzip-header', 'archive-metadata']);

function viewCause({ kind, confidence, place, published, rebuilt, why }: Cause, budget: Budget): CauseView {
  return {
    kind,
    title: causeTitles[kind],
    confidence,
    place: budget.show(place),
    ...viewSides({ published, rebuilt }, budget, ofTimes.has(kind)),
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
