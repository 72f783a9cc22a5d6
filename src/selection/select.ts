/** Which of the packages that were asked for are judged in this run. */
import { compareBytes } from '../bytes.ts';
import { canonicalJson } from '../canonical.ts';
import { type Sha256, sha256 } from '../digest.ts';
import { grouped } from '../lists.ts';
import type { Asked, Shard } from '../verdict/run-record.ts';
import type { IsUnchanged } from './changed-since.ts';
import { shardOf } from './shard.ts';
import { type SubjectFacts, subjectFacts } from './subject-facts.ts';

export interface SelectionRules {
  readonly shard: Shard | undefined;
  readonly isUnchanged: IsUnchanged | undefined;
}

export interface Selection {
  /** In the order in which they were asked for. */
  readonly judged: readonly string[];
  /** What the run was asked for, and how much of it is not judged. */
  readonly asked: Asked;
}

interface Known {
  readonly subject: string;
  readonly facts: SubjectFacts;
}

/** Selects among subjects. A recipe of whose packages one changed is judged as a whole: its packages come of one build. */
export async function select(
  subjects: readonly string[],
  { shard, isUnchanged }: SelectionRules,
): Promise<Selection> {
  const known: Known[] = [];
  for (const subject of subjects) known.push({ subject, facts: await subjectFacts(subject) });
  const own = known.filter(
    ({ facts }) => shard === undefined || shardOf(facts.origin, shard.count) === shard.index,
  );
  const judged = new Set<string>();
  for (const packages of grouped(own, ({ facts }) => facts.origin).values()) {
    if (isUnchanged !== undefined && (await areUnchanged(packages, isUnchanged))) continue;
    for (const { subject } of packages) judged.add(subject);
  }
  const chosen = own.map(({ subject }) => subject).filter((subject) => judged.has(subject));
  const asked = {
    list: listDigest(known),
    packages: known.length,
    elsewhere: known.length - own.length,
    unchanged: own.length - chosen.length,
    ...(shard === undefined ? {} : { shard }),
  };
  return { judged: chosen, asked };
}

/** The digest of a list of packages, whatever its order and the folder that holds them: of the name of each, and the checksum by which an index lists it. */
function listDigest(known: readonly Known[]): Sha256 {
  const lines = known.map(({ facts: { name, checksum } }) => canonicalJson([name, checksum ?? null]));
  return sha256(Buffer.from([...new Set(lines)].sort(compareBytes).join('\n')));
}

async function areUnchanged(packages: readonly Known[], isUnchanged: IsUnchanged): Promise<boolean> {
  for (const { subject, facts } of packages) if (!(await isUnchanged(subject, facts))) return false;
  return true;
}
