/** Which of the packages that were asked for are judged in this run. */
import { grouped } from '../lists.ts';
import type { IsUnchanged } from './changed-since.ts';
import { type Shard, shardOf } from './shard.ts';
import { type SubjectFacts, subjectFacts } from './subject-facts.ts';

export interface SelectionRules {
  readonly shard: Shard | undefined;
  readonly isUnchanged: IsUnchanged | undefined;
}

export interface Selection {
  /** In the order in which they were asked for. */
  readonly judged: readonly string[];
  /** The number of packages that are the same as before. */
  readonly unchanged: number;
  /** The number of packages of other shards. */
  readonly elsewhere: number;
}

/** Selects among subjects. A recipe of whose packages one changed is judged as a whole: its packages come of one build. */
export async function select(
  subjects: readonly string[],
  { shard, isUnchanged }: SelectionRules,
): Promise<Selection> {
  if (shard === undefined && isUnchanged === undefined)
    return { judged: subjects, unchanged: 0, elsewhere: 0 };
  const known: { readonly subject: string; readonly facts: SubjectFacts }[] = [];
  for (const subject of subjects) known.push({ subject, facts: await subjectFacts(subject) });
  const own = known.filter(
    ({ facts }) => shard === undefined || shardOf(facts.origin, shard.count) === shard.index,
  );
  const judged = new Set<string>();
  for (const packages of grouped(own, ({ facts }) => facts.origin).values()) {
    if (isUnchanged !== undefined && (await areUnchanged(packages, isUnchanged))) continue;
    for (const { subject } of packages) judged.add(subject);
  }
  return {
    judged: own.map(({ subject }) => subject).filter((subject) => judged.has(subject)),
    unchanged: own.filter(({ subject }) => !judged.has(subject)).length,
    elsewhere: known.length - own.length,
  };
}

async function areUnchanged(
  packages: readonly { readonly subject: string; readonly facts: SubjectFacts }[],
  isUnchanged: IsUnchanged,
): Promise<boolean> {
  for (const { subject, facts } of packages) if (!(await isUnchanged(subject, facts))) return false;
  return true;
}
