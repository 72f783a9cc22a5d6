/** Strings and bytes that differ between two binaries. */
import { Queues } from '../../lists.ts';
import { type Changes, causeBounds, shapeOf, type Word } from './change-lists.ts';
import type { ByteRange } from './evidence.ts';
import { lineChanges } from './text-changes.ts';

const shortestString = 6;

/** Strings that only one side has, paired in order; bytes that differ, where both have the same length. */
export function binaryChanges(published: Uint8Array, rebuilt: Uint8Array): Changes {
  const ranges = published.length === rebuilt.length ? differingRanges(published, rebuilt) : [];
  const left = stringsOf(published);
  const right = stringsOf(rebuilt);
  const only = (own: readonly Word[], other: readonly Word[]) => {
    const there = new Set(other.map(({ text }) => text));
    const seen = new Set<string>();
    return own.filter(({ text }) => !there.has(text) && !seen.has(text) && seen.add(text));
  };
  const pairs = pairUp(only(left, right), only(right, left));
  const changes = pairs.flatMap(([a, b]) =>
    lineChanges(a.text, b.text, `string at 0x${b.at.toString(16)}`).changes.map((change) => ({
      ...change,
      bytes: { offset: b.at, length: b.text.length },
    })),
  );
  return { changes, reorderings: [], ranges };
}

/** Pairs strings that are most alike: of one shape, then with one name at the end of a path; those without a counterpart are left to the ranges of bytes. */
function pairUp(left: readonly Word[], right: readonly Word[]): [Word, Word][] {
  const taken = new Set<Word>();
  const pairs = new Map<Word, Word>();
  for (const keyOf of [({ text }: Word) => shapeOf(text), shapeBehindStart, pathKey]) {
    const rest = new Queues<string, Word>();
    for (const word of right) if (!taken.has(word)) rest.add(keyOf(word) ?? '', word);
    for (const word of left.slice(0, causeBounds.changes)) {
      const key = keyOf(word);
      const other = pairs.has(word) || key === undefined ? undefined : rest.take(key);
      if (other === undefined) continue;
      pairs.set(word, other);
      taken.add(other);
    }
  }
  return left.flatMap((word): [Word, Word][] => (pairs.has(word) ? [[word, pairs.get(word)!]] : []));
}

/** The shape without the first character, which may be the length of the string. */
function shapeBehindStart({ text }: Word): string {
  return shapeOf(text.slice(1));
}

/** What follows the last slash of a path of several components. */
function pathKey({ text }: Word): string | undefined {
  return /\/[^/]+\/([^/]{3,})$/.exec(text)?.[1];
}

function stringsOf(bytes: Uint8Array): Word[] {
  const masked = withoutBuildIds(bytes);
  const text = Buffer.from(masked.buffer, masked.byteOffset, masked.length).toString('latin1');
  return [...text.matchAll(/[\x20-\x7e]+/g)]
    .filter((match) => match[0].length >= shortestString)
    .map((match) => ({ text: match[0], at: match.index }));
}

/** The head of a GNU build-id note (SHA-1): sizes 4 and 20, type 3, name. The id follows from everything else. */
const buildIdHead = Buffer.from('040000001400000003000000474e5500', 'hex');
const buildIdBytes = 20;

function buildIds(bytes: Uint8Array): ByteRange[] {
  const ids: ByteRange[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(buildIdHead); at >= 0; at = buffer.indexOf(buildIdHead, at + 1)) {
    ids.push({ offset: at + buildIdHead.length, length: buildIdBytes });
  }
  return ids;
}

function withoutBuildIds(bytes: Uint8Array): Uint8Array {
  const ids = buildIds(bytes);
  if (ids.length === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  for (const { offset, length } of ids) copy.fill(0, offset, offset + length);
  return copy;
}

/** Ranges of differing bytes, at most 3 equal ones apart; build-ids are left out. */
function differingRanges(published: Uint8Array, rebuilt: Uint8Array): ByteRange[] {
  const ids = buildIds(rebuilt);
  const ranges: { offset: number; length: number }[] = [];
  for (let at = 0; at < published.length && ranges.length <= causeBounds.ranges; at++) {
    if (published[at] === rebuilt[at]) continue;
    if (ids.some(({ offset, length }) => at >= offset && at < offset + length)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && at - (last.offset + last.length) <= 3) last.length = at + 1 - last.offset;
    else ranges.push({ offset: at, length: 1 });
  }
  return ranges;
}
