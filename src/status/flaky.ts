/** Packages on which builds or attempts do not agree. */
import type { Sha256 } from '../digest.ts';
import { grouped } from '../lists.ts';
import type { AttemptClass } from '../sweep/attempt.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import type { JobHistory, PackageHistory, SweepHistory } from './package-history.ts';
import { isJudged } from './package-state.ts';

/** Why a package is called flaky, the gravest first. */
export const flakyTitles = {
  contradiction: 'the same file, recipe and environment gave both verdicts',
  unstable: 'two builds of our own differ',
  attempts: 'an attempt failed before one succeeded',
} as const;
export type FlakyKind = keyof typeof flakyTitles;

export interface Flaky {
  readonly of: PackageHistory;
  readonly kind: FlakyKind;
  /** How the attempts at its newest build ended, in their order. */
  readonly attempts: readonly AttemptClass[];
  /** The verdicts on its newest build that contradict each other; else empty. */
  readonly rows: readonly VerdictRow[];
}

/** Each package once, by the gravest of what is known. */
export function flakyPackages({ packages, jobs }: SweepHistory): readonly Flaky[] {
  const found = packages.flatMap((of) => flakyOf(of, jobs));
  const order = Object.keys(flakyTitles);
  return found.sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.of.popularity - a.of.popularity,
  );
}

function flakyOf(of: PackageHistory, jobs: ReadonlyMap<Sha256, JobHistory>): Flaky[] {
  if (of.row === undefined) return [];
  const attempts = (jobs.get(of.row.job)?.attempts ?? []).map((each) => each.class);
  const rows = contradicting(of);
  if (rows.length > 0) return [{ of, kind: 'contradiction', attempts, rows }];
  if (of.state.reason === 'unstable') return [{ of, kind: 'unstable', attempts, rows }];
  if (isJudged(of.state.kind) && attempts.length > 1) return [{ of, kind: 'attempts', attempts, rows }];
  return [];
}

/** Verdicts about the bytes of the newest build, both kinds, from one recipe in one environment. */
function contradicting({ rows, build }: PackageHistory): readonly VerdictRow[] {
  const own = rows.filter(({ checksum, verdict }) => checksum === build.checksum && isJudged(verdict));
  const known = own.filter(({ recipe, environment }) => recipe !== undefined && environment !== undefined);
  const alike = grouped(known, ({ recipe, environment }) => `${recipe} ${environment}`);
  return [...alike.values()].find((group) => new Set(group.map(({ verdict }) => verdict)).size > 1) ?? [];
}
