/** What a saved result says of the runs that judged: which program, what it was asked, and whether it came to its end. */
import { isJsonObject } from '../../formats/bounded-json.ts';
import type { PolicyRun } from '../../verdict/acceptance.ts';
import {
  type Asked,
  type KnownRun,
  type RunRecord,
  type Shard,
  type Tool,
  toJudge,
  type UnknownRun,
} from '../../verdict/run-record.ts';
import type { StatedPackage } from '../../verdict/stated.ts';
import type { BegunRun } from '../jsonl-report.ts';
import { count, type Decoder, digest, flag, list, members, optional, plain, refuse } from './decoder.ts';

/** What a file of results holds. */
export interface SavedRun {
  readonly packages: readonly StatedPackage[];
  /** The runs that judged; one that is not known for results that do not say it. */
  readonly runs: readonly RunRecord[];
  /** What the run showed of its policy; JSON lines do not say it. */
  readonly policy?: PolicyRun;
}

/** The most shards of one list, and the most runs of one result: who merges more merges what nobody ran. */
const mostRuns = 10_000;

const tool: Decoder<Tool> = members<Tool>({ name: plain, version: plain });

const shard: Decoder<Shard> = (value, place) => {
  const found = members<Shard>({ index: count, count })(value, place);
  return found.index >= 1 && found.index <= found.count && found.count <= mostRuns
    ? found
    : refuse(place, `a shard, at most ${mostRuns} of ${mostRuns}`);
};

const asked: Decoder<Asked> = (value, place) => {
  const found = members<Asked>({
    list: digest,
    packages: count,
    elsewhere: count,
    unchanged: count,
    shard: optional(shard),
  })(value, place);
  return toJudge(found) >= 0 ? found : refuse(place, 'no more packages left out than were named');
};

const begun: Decoder<BegunRun> = members<BegunRun>({ tool, asked });
const known: Decoder<KnownRun> = members<KnownRun>({ tool, asked, judged: count, ended: flag });
const unknown: Decoder<UnknownRun> = members<UnknownRun>({ judged: count });

const bounded =
  <T>(item: Decoder<T>): Decoder<readonly T[]> =>
  (value, place) =>
    Array.isArray(value) && value.length > mostRuns
      ? refuse(place, `at most ${mostRuns} runs`)
      : list(item)(value, place);

const has = (value: unknown, key: string) => isJsonObject(value) && Object.hasOwn(value, key);

/** The runs of a whole result. */
export const savedRuns: Decoder<readonly RunRecord[]> = bounded((value, place) =>
  has(value, 'tool') ? known(value, place) : unknown(value, place),
);

/** The runs in a first line. One whose lines say how much it judged has neither that nor its end in it. */
export const begunRuns: Decoder<readonly (RunRecord | BegunRun)[]> = bounded((value, place) => {
  if (!has(value, 'tool')) return unknown(value, place);
  return has(value, 'judged') ? known(value, place) : begun(value, place);
});
