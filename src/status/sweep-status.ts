/** Everything that is shown of a sweep, aggregated from its records; the same records give the same. */
import type { SweepCounts, SweepRecords } from '../sweep/sweep-store.ts';
import { type Flaky, flakyPackages } from './flaky.ts';
import { byPopularity, type Lack, lacks } from './lacking.ts';
import { type NextAction, nextActions } from './next-actions.ts';
import { type PackageHistory, readHistory, type SweepHistory } from './package-history.ts';
import { type Share, shareOf } from './share.ts';
import { type DayShare, sharesByDay } from './share-by-day.ts';
import {
  type CauseCount,
  countCauses,
  type NamedShare,
  sharesByArchitecture,
  sharesByMelange,
} from './share-groups.ts';
import { regressions, type TurningPoint } from './turning-points.ts';

export interface SweepStatus {
  readonly counts: SweepCounts;
  readonly history: SweepHistory;
  readonly share: Share;
  readonly architectures: readonly NamedShare[];
  readonly melanges: readonly NamedShare[];
  readonly causes: readonly CauseCount[];
  readonly days: readonly DayShare[];
  /** Packages that do not reproduce, the most popular first. */
  readonly ranking: readonly PackageHistory[];
  readonly lacks: readonly Lack[];
  readonly regressions: readonly TurningPoint[];
  readonly flaky: readonly Flaky[];
  readonly next: readonly NextAction[];
}

/** Reads all records of a sweep and aggregates them. */
export async function readStatus(records: SweepRecords): Promise<SweepStatus> {
  const counts = await records.counts();
  const history = await readHistory(records);
  const { packages } = history;
  return {
    counts,
    history,
    share: shareOf(packages.map(({ state }) => state)),
    architectures: sharesByArchitecture(packages),
    melanges: sharesByMelange(packages),
    causes: countCauses(packages),
    days: sharesByDay(packages),
    ranking: packages.filter(({ state }) => state.kind === 'not-reproduced').sort(byPopularity),
    lacks: lacks(packages),
    regressions: regressions(packages),
    flaky: flakyPackages(history),
    next: nextActions(history),
  };
}
