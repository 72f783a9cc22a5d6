/** Members of an archive of any kind: presence, moves, order, attributes, contents. */

import { sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { addAll, Queues } from '../../lists.ts';
import type { FormatName, Part } from '../part.ts';
import { compareBinary } from './binary.ts';
import type { CompareContext } from './comparator.ts';
import {
  insideParts,
  meaning,
  numbered,
  orderParts,
  type PlainMeaning,
  unreadPart,
  type ValueMeanings,
  valuePart,
  valueParts,
} from './parts.ts';

export interface Member {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** What the member is as a whole, where more is known than its name. */
  readonly about?: PlainMeaning | undefined;
  /** What attributes are, by their names. */
  readonly meanings: ValueMeanings;
  /** The whole header of the member; compared where no attribute differs. */
  readonly header?: Uint8Array;
  /** The bytes as the archive stores them. */
  readonly stored: Uint8Array;
  /** The content itself; may throw a `Failure`. */
  read(): Uint8Array;
}

/** Compares two lists of members; names that occur more than once are matched in order. */
export async function compareMembers(
  format: FormatName,
  published: readonly Member[],
  rebuilt: readonly Member[],
  context: CompareContext,
): Promise<Part[]> {
  const most = context.limits.members;
  if (published.length > most || rebuilt.length > most) {
    throw new Failure('limit-exceeded', 'too many members', { expected: `at most ${most}` });
  }
  const left = byName(published);
  const right = byName(rebuilt);
  const moves = movesOf(left, right);
  const parts: Part[] = [];
  for (const [name, member] of left) {
    const moved = moves.get(name);
    const other = right.get(moved ?? name);
    if (other === undefined) {
      parts.push(meaning(member.about, valuePart(format, name, describe(member), undefined)));
      continue;
    }
    if (moved !== undefined)
      parts.push({ format, kind: 'moved', place: name, published: name, rebuilt: moved });
    const inside = insideParts(format, name, await compareMember(format, member, other, context));
    addAll(
      parts,
      inside.map((part) => meaning(member.about, part)),
    );
  }
  const taken = new Set(moves.values());
  for (const [name, member] of right) {
    if (!left.has(name) && !taken.has(name))
      parts.push(meaning(member.about, valuePart(format, name, undefined, describe(member))));
  }
  return [...parts, ...orderParts(format, 'members', 'members', [...left.keys()], [...right.keys()])];
}

function byName(members: readonly Member[]): Map<string, Member> {
  const names = numbered(members.map(({ name }) => name));
  return new Map(members.map((member, at) => [names[at]!, member]));
}

/** Members that only one side has and whose stored bytes are the same, published name to rebuilt name. */
function movesOf(
  published: ReadonlyMap<string, Member>,
  rebuilt: ReadonlyMap<string, Member>,
): ReadonlyMap<string, string> {
  const byContent = new Queues<string, string>();
  for (const [name, { stored }] of rebuilt) {
    if (published.has(name) || stored.length === 0) continue;
    byContent.add(sha256(stored), name);
  }
  const moves = new Map<string, string>();
  for (const [name, { stored }] of published) {
    if (rebuilt.has(name) || stored.length === 0) continue;
    const other = byContent.take(sha256(stored));
    if (other !== undefined) moves.set(name, other);
  }
  return moves;
}

function describe({ stored, attributes }: Member): string {
  const type = attributes.get('type');
  return type === undefined || type === 'file' ? `${stored.length} bytes` : type;
}

async function compareMember(
  format: FormatName,
  published: Member,
  rebuilt: Member,
  context: CompareContext,
): Promise<Part[]> {
  context.work.spend(64);
  const parts: Part[] = valueParts(format, published.attributes, rebuilt.attributes, {
    meanings: published.meanings,
  });
  if (parts.length === 0) addAll(parts, compareHeaders(format, published, rebuilt, context));
  if (Buffer.compare(published.stored, rebuilt.stored) === 0) return parts;
  try {
    const left = published.read();
    const right = rebuilt.read();
    const inside = await context.inside(published.name, left, right);
    if (inside.length > 0) return [...parts, ...inside];
    const sizes = [`${published.stored.length} bytes`, `${rebuilt.stored.length} bytes`] as const;
    return [
      ...parts,
      meaning(
        'compressed-form',
        valuePart(format, 'stored form', ...sizes, 'the same content, stored as different bytes'),
      ),
    ];
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return [...parts, unreadPart(format, 'content', failure.message)];
  }
}

/** Header bytes that no attribute explains; lengths and check sums follow the content. */
function compareHeaders(
  format: FormatName,
  published: Member,
  rebuilt: Member,
  context: CompareContext,
): Part[] {
  const [left, right] = [published.header, rebuilt.header];
  if (left === undefined || right === undefined || Buffer.compare(left, right) === 0) return [];
  if (published.stored.length !== rebuilt.stored.length) return [];
  return [...insideParts(format, 'header bytes', compareBinary(left, right, context))];
}
