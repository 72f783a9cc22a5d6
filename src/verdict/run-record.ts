/** Which program judged the packages of a result, what it was asked to judge, and whether it came to its end: by this a merge sees what is missing. */
import type { Sha256 } from '../digest.ts';

/** A run as it says of itself. */
export interface KnownRun {
  readonly tool: Tool;
  readonly asked: Asked;
  /** The number of results that there are of it. */
  readonly judged: number;
  /** Whether it came to its end; one that was killed leaves what it judged. */
  readonly ended: boolean;
}

/** A run that does not say what it was: an older version wrote its results, or another program changed them. */
export interface UnknownRun {
  readonly judged: number;
}

export type RunRecord = KnownRun | UnknownRun;

export interface Tool {
  readonly name: string;
  readonly version: string;
}

/** What a run was asked to judge. */
export interface Asked {
  /** The digest of the names and checksums of all packages that were named: shards of one list have the same. */
  readonly list: Sha256;
  /** The number of packages that were named. */
  readonly packages: number;
  /** The number of those that are in other shards. */
  readonly elsewhere: number;
  /** The number of those of its own that are the same as before, and so not judged. */
  readonly unchanged: number;
  readonly shard?: Shard;
}

/** One part of a list. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** The number of packages that a run had to judge. */
export function toJudge({ packages, elsewhere, unchanged }: Asked): number {
  return packages - elsewhere - unchanged;
}

export function isKnownRun(run: RunRecord): run is KnownRun {
  return 'tool' in run;
}

/** Whether there is a result for everything that a run had to judge. */
export function isWhole({ asked, judged, ended }: KnownRun): boolean {
  return ended && judged >= toJudge(asked);
}
