/** How the share went: what was believed at the end of each day on which something was judged. */
import type { VerdictRow } from '../sweep/verdict-row.ts';
import type { PackageHistory } from './package-history.ts';
import { isJudged } from './package-state.ts';
import { compareBelief, compareText } from './row-order.ts';

/** Of the packages that had been judged by the end of a day, each by its newest build of that time. */
export interface DayShare {
  /** `2026-11-30`, in UTC. */
  readonly day: string;
  /** Verdicts of that day, about bytes or not. */
  readonly verdicts: number;
  readonly reproduced: number;
  readonly notReproduced: number;
  /** Packages with no verdict about the bytes of that build. */
  readonly unjudged: number;
}

/** Oldest first. Days without a verdict are left out: nothing changed on them. */
export function sharesByDay(packages: readonly PackageHistory[]): readonly DayShare[] {
  const rows = packages.flatMap(({ rows: own }, at) => own.map((row) => ({ row, at })));
  rows.sort((a, b) => a.row.judgedAt - b.row.judgedAt || a.at - b.at || compareText(a.row.job, b.row.job));
  const believed = new Map<number, VerdictRow>();
  const now = { reproduced: 0, notReproduced: 0, unjudged: 0 };
  const days: DayShare[] = [];
  let verdicts = 0;
  rows.forEach(({ row, at }, index) => {
    const known = believed.get(at);
    if (known === undefined || compareBelief(known, row) < 0) {
      if (known !== undefined) now[counterOf(known)] -= 1;
      now[counterOf(row)] += 1;
      believed.set(at, row);
    }
    verdicts += 1;
    const next = rows[index + 1]?.row.judgedAt;
    if (next !== undefined && dayNumber(next) === dayNumber(row.judgedAt)) return;
    days.push({ day: dayOf(row.judgedAt), verdicts, ...now });
    verdicts = 0;
  });
  return days;
}

function counterOf({ verdict }: VerdictRow): 'reproduced' | 'notReproduced' | 'unjudged' {
  if (!isJudged(verdict)) return 'unjudged';
  return verdict === 'reproduced' ? 'reproduced' : 'notReproduced';
}

function dayNumber(milliseconds: number): number {
  return Math.floor(milliseconds / 86_400_000);
}

/** The day in UTC of milliseconds since 1970. */
export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
