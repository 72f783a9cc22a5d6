/** Where a package stopped reproducing or began to, and what was different then. */
import type { VerdictRow } from '../sweep/verdict-row.ts';
import { comparePackages, type PackageHistory } from './package-history.ts';
import { isJudged } from './package-state.ts';

/** What can be different between two verdicts, with a title. */
export const changeTitles = {
  checksum: 'published file',
  recipe: 'recipe',
  environment: 'build environment',
  melange: 'melange',
  sandbox: 'sandbox',
  tool: 'wolfi-repro',
} as const;
export type ChangeKind = keyof typeof changeTitles;

export interface Change {
  readonly kind: ChangeKind;
  /** Empty where one side does not say, which is not a change. */
  readonly before: string;
  readonly after: string;
}

export interface TurningPoint {
  readonly of: PackageHistory;
  readonly kind: 'regression' | 'fix';
  /** The last verdict before, and the first of the new kind. */
  readonly before: VerdictRow;
  readonly after: VerdictRow;
  readonly changes: readonly Change[];
  /** What one of the two does not record. */
  readonly unknown: readonly ChangeKind[];
  /** Builds between the two that were not judged: it can have turned at any of them. */
  readonly unjudgedBetween: number;
}

/** All turning points of a package, oldest first. */
export function turningPoints(of: PackageHistory): readonly TurningPoint[] {
  const points: TurningPoint[] = [];
  let before: VerdictRow | undefined;
  let unjudgedBetween = 0;
  for (const after of of.rows) {
    if (!isJudged(after.verdict)) {
      unjudgedBetween += 1;
      continue;
    }
    if (before !== undefined && before.verdict !== after.verdict) {
      const kind = after.verdict === 'reproduced' ? 'fix' : 'regression';
      points.push({ of, kind, before, after, ...changesBetween(before, after), unjudgedBetween });
    }
    before = after;
    unjudgedBetween = 0;
  }
  return points;
}

function changesBetween(before: VerdictRow, after: VerdictRow): Pick<TurningPoint, 'changes' | 'unknown'> {
  const all = Object.keys(changeTitles).map((name) => {
    const kind = name as ChangeKind;
    return { kind, before: before[kind] ?? '', after: after[kind] ?? '' };
  });
  const isKnown = (each: Change) => each.before !== '' && each.after !== '';
  return {
    changes: all.filter((each) => isKnown(each) && each.before !== each.after),
    unknown: all.filter((each) => !isKnown(each)).map(({ kind }) => kind),
  };
}

/** Packages whose newest build does not reproduce although an earlier one did: the turning point of each, the most popular first. */
export function regressions(packages: readonly PackageHistory[]): readonly TurningPoint[] {
  return packages
    .filter(({ state }) => state.kind === 'not-reproduced')
    .flatMap((each) => turningPoints(each).findLast(({ kind }) => kind === 'regression') ?? [])
    .sort((a, b) => b.of.popularity - a.of.popularity || comparePackages(a.of, b.of));
}
/** When a turning point could be known: once both its sides were. */
export function knownAt({ before, after }: TurningPoint): number {
  return Math.max(before.judgedAt, after.judgedAt);
}

/** What became known last, first. */
export function latestChanges(packages: readonly PackageHistory[]): readonly TurningPoint[] {
  return packages
    .flatMap(turningPoints)
    .sort((a, b) => knownAt(b) - knownAt(a) || comparePackages(a.of, b.of));
}
