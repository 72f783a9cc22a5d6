/** The values that differ between two contents: words of texts, strings of binaries, named values of formats. */

import { decodeBytes } from '../../bytes.ts';
import { readText } from '../../compare/comparators/text-encoding.ts';
import type { Difference } from '../../compare/difference.ts';
import type { Part } from '../../compare/part.ts';
import { grouped, Queues } from '../../lists.ts';
import { binaryChanges } from './binary-changes.ts';
import { type Changes, causeBounds, nothing, shapeOf } from './change-lists.ts';
import type { Change } from './evidence.ts';
import { partChanges } from './part-changes.ts';
import { lineChanges, textChanges } from './text-changes.ts';

/** Everything that differs, bounded. Where a comparator knows the format, its parts say it better than the bytes do. */
export function changesOf(
  { parts = [], ...difference }: Difference,
  published: Uint8Array | undefined,
  rebuilt: Uint8Array | undefined,
): Changes {
  const own = difference.kind === 'content' ? contentChanges(parts, published, rebuilt) : undefined;
  const named = own === undefined ? partChanges(parts) : nothing;
  const attribute = difference.kind === 'content' ? [] : attributeChanges(difference);
  return {
    changes: [...attribute, ...withoutDerived(pairChanges(named.changes)), ...(own?.changes ?? [])].slice(
      0,
      causeBounds.changes,
    ),
    reorderings: [...named.reorderings, ...(own?.reorderings ?? [])],
    ranges: (own?.ranges ?? []).slice(0, causeBounds.ranges),
  };
}

/** What differs in two contents that are held; undefined where the parts say it better. */
function contentChanges(
  parts: readonly Part[],
  published: Uint8Array | undefined,
  rebuilt: Uint8Array | undefined,
): Changes | undefined {
  if (published === undefined || rebuilt === undefined) return undefined;
  const asText = parts.some(({ kind }) => kind === 'text');
  if (!asText && parts.some(({ format }) => format !== 'text' && format !== 'binary')) return undefined;
  const [left, right] = [readText(published), readText(rebuilt)];
  return left === undefined || right === undefined
    ? binaryChanges(published, rebuilt)
    : textChanges(decodeBytes(left.bytes), decodeBytes(right.bytes), '');
}

/** Pairs what only one side has with what only the other has, where both have one shape, or where both are the only ones. */
function pairChanges(changes: readonly Change[]): Change[] {
  const extra = changes.filter(({ published, rebuilt }) => published === undefined && rebuilt !== undefined);
  const open = new Map([...grouped(extra, placeKey)].map(([key, own]) => [key, new Set(own)]));
  const shapeKey = (change: Change, value: string) => JSON.stringify([placeKey(change), shapeOf(value)]);
  const alike = new Queues<string, Change>();
  for (const each of extra) alike.add(shapeKey(each, each.rebuilt!), each);
  const paired = changes.map((change): Change => {
    const own = open.get(placeKey(change));
    if (own === undefined || change.rebuilt !== undefined || change.published === undefined) return change;
    const like =
      alike.take(shapeKey(change, change.published), (each) => own.has(each)) ??
      (own.size === 1 ? [...own][0] : undefined);
    if (like === undefined) return change;
    own.delete(like);
    return { ...change, rebuilt: like.rebuilt };
  });
  return paired.filter(
    (each) =>
      each.published !== undefined || each.rebuilt === undefined || open.get(placeKey(each))!.has(each),
  );
}

function placeKey(change: Change): string {
  return JSON.stringify([change.format, change.within ?? change.place]);
}

/** Names of values that follow from everything else, in whatever format: digests, lengths and offsets. */
const followsFromAll = /\b(build-id|build id|crc|checksum|debug link|offset|size|length)\b/i;

function withoutDerived(changes: readonly Change[]): readonly Change[] {
  const own = changes.filter(
    ({ label, about }) => about !== 'derived' && about !== 'build-id' && !followsFromAll.test(label),
  );
  // DWARF refers to strings by their offset, so where strings differ, the sections that refer to them differ as well.
  const strings = own.some(({ about }) => about === 'debug-strings');
  const kept = own.filter(
    ({ about, label }) =>
      !(strings && label === 'bytes' && (about === 'debug-strings' || about === 'debug-section')),
  );
  return kept.length === 0 ? changes : kept;
}

/** Kinds whose values are texts that may themselves hold a time or a random name. */
const texts = new Set<Difference['kind']>(['moved', 'link-target']);

function attributeChanges({
  path,
  kind,
  name,
  published,
  rebuilt,
}: Omit<Difference, 'parts'>): readonly Change[] {
  if (texts.has(kind) && published !== undefined && rebuilt !== undefined) {
    return lineChanges(published, rebuilt, path).changes;
  }
  return [{ place: path, published, rebuilt, around: undefined, format: undefined, label: name ?? kind }];
}
