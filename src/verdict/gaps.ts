/** What joined results lack: shards that are not there, and runs that did not come to their end. */
import { grouped } from '../lists.ts';
import { isKnownRun, isWhole, type KnownRun, type RunRecord, type Shard, toJudge } from './run-record.ts';

/** What is missing in results that are joined. */
export type Gap =
  /** A run ended before it had judged everything, and no other run of the same shard did. */
  | {
      readonly kind: 'cut-short';
      readonly shard?: Shard;
      readonly judged: number;
      readonly toJudge: number;
    }
  /** Shards of which there is no result. */
  | {
      readonly kind: 'shards-missing';
      readonly count: number;
      readonly missing: readonly number[];
    }
  /** Shards of one list whose numbers of shards differ, and none of which is whole. */
  | { readonly kind: 'shards-unlike'; readonly counts: readonly number[] };

/** What joined results lack, and whether that is wanted. */
export interface Incomplete {
  readonly gaps: readonly Gap[];
  /** Whether the user said that it is. */
  readonly isAllowed: boolean;
}

/**
 * What runs lack together. Each list of packages is looked at by itself: it is whole where one run without shards came to its end, or each shard of one number of
 * shards did. A run that was taken up again by one of the same shard lacks nothing. Runs that do not say what they were are not looked at.
 */
export function gapsIn(runs: readonly RunRecord[]): readonly Gap[] {
  return [...grouped(runs.filter(isKnownRun), ({ asked }) => asked.list).values()].flatMap(gapsOfList);
}

function gapsOfList(runs: readonly KnownRun[]): readonly Gap[] {
  const countOf = ({ asked: { shard } }: KnownRun) => shard?.count ?? 1;
  const parts = [...grouped(runs, countOf)]
    .sort(([a], [b]) => a - b)
    .map(([count, own]) => ({ count, gaps: gapsOfParts(own, count) }));
  if (parts.some(({ gaps }) => gaps.length === 0)) return [];
  const counts = parts.map(({ count }) => count);
  return [
    ...(counts.length > 1 ? [{ kind: 'shards-unlike' as const, counts }] : []),
    ...parts.flatMap(({ gaps }) => gaps),
  ];
}

/** Of runs that all cut the list into the same number of shards. */
function gapsOfParts(runs: readonly KnownRun[], count: number): readonly Gap[] {
  const byIndex = grouped(runs, ({ asked: { shard } }) => shard?.index ?? 1);
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !byIndex.has(index));
  const cut = [...byIndex.values()]
    .filter((own) => !own.some(isWhole))
    .map(furthest)
    .map(cutShort);
  return [...(missing.length === 0 ? [] : [{ kind: 'shards-missing' as const, count, missing }]), ...cut];
}

function furthest([first, ...others]: readonly [KnownRun, ...KnownRun[]]): KnownRun {
  return others.reduce((most, each) => (each.judged > most.judged ? each : most), first);
}

function cutShort({ asked, judged }: KnownRun): Gap {
  const { shard } = asked;
  return {
    kind: 'cut-short',
    ...(shard === undefined ? {} : { shard }),
    judged,
    toJudge: toJudge(asked),
  };
}

/** The versions of the program that judged, sorted; more than one is worth a word. */
export function versionsOf(runs: readonly RunRecord[]): readonly string[] {
  return [...new Set(runs.filter(isKnownRun).map(({ tool }) => `${tool.name} ${tool.version}`))].sort();
}
