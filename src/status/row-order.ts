/** The order of what is known of one package: which build is newer, and which of two verdicts on one build stands. */
import { compareVersions } from '../repository/package-version.ts';
import type { VerdictRow } from '../sweep/verdict-row.ts';
import { isJudged } from './package-state.ts';

export type Build = Pick<VerdictRow, 'version' | 'builtAt' | 'checksum'>;

/** Below 0 where `a` is the older build: by apk's order of versions, then by the time that the index records, then by the digest, so that no two builds are alike. */
export function compareBuilds(a: Build, b: Build): number {
  const older = a.version === b.version ? 0 : compareVersions(a.version, b.version);
  return (
    older || compareText(a.version, b.version) || a.builtAt - b.builtAt || compareText(a.checksum, b.checksum)
  );
}

/** Below 0 where `a` comes first in a history: the older build, then the earlier verdict on it. */
export function compareRows(a: VerdictRow, b: VerdictRow): number {
  return compareBuilds(a, b) || a.judgedAt - b.judgedAt || compareText(a.job, b.job);
}

/**
 * Below 0 where `b` is what is to be believed now. Of the newest build the last verdict about its bytes stands; one that says nothing of them
 * takes none away, however late it comes: an environment that is gone does not make equal bytes different.
 */
export function compareBelief(a: VerdictRow, b: VerdictRow): number {
  return (
    compareBuilds(a, b) ||
    Number(isJudged(a.verdict)) - Number(isJudged(b.verdict)) ||
    a.judgedAt - b.judgedAt ||
    compareText(a.job, b.job)
  );
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
