/** Indexes that are older than their repository should be: somebody may be withholding newer ones (a freeze attack). */
import { wolfi } from './known.ts';
import type { Repository } from './repository.ts';

export interface StalenessRule {
  /** Seconds since 1970. */
  readonly now: number;
  /** Most days since the newest build of any index; undefined where only known repositories are judged. */
  readonly mostDays: number | undefined;
  /** Whether no server is contacted: an old index is then expected, and only a limit that the user named counts. */
  readonly offline: boolean;
}

const daySeconds = 24 * 3600;

/**
 * The staleness of an index, in words; undefined where it is not stale. It depends on the time of day, so it belongs beside a report
 * and not into it.
 */
export function describeStaleness(
  { location, records: { newestBuild } }: Pick<Repository, 'location' | 'records'>,
  { now, mostDays, offline }: StalenessRule,
): string | undefined {
  const usual = location === wolfi.location && !offline ? wolfi.mostIndexDays : undefined;
  const most = mostDays ?? usual;
  if (most === undefined) return undefined;
  if (newestBuild === 0) return `the index of ${location} records no time of any build`;
  const days = Math.floor((now - newestBuild) / daySeconds);
  if (days <= most) return undefined;
  const date = new Date(newestBuild * 1000).toISOString().slice(0, 10);
  return `the newest build in the index of ${location} is of ${date}, ${days} days ago: a newer index may be withheld`;
}
