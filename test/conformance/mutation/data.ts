/** Changes of the data section: attributes, records and contents of each entry, and the tree itself. */

import { changeData, type PartEntry, type Parts, withContent, withData } from '../../support/parts.ts';
import { type Change, fields, flip } from './attributes.ts';

export function* dataChanges(parts: Parts): Generator<Change> {
  for (const index of parts.data.keys()) yield* entryChanges(parts, index);
  yield* addedEntries(parts);
}

/** One entry in another form, elsewhere, twice or gone. */
export function* entryChanges(parts: Parts, index: number): Generator<Change> {
  const entry = parts.data[index]!;
  yield* attributeChanges(parts, index, entry);
  yield* recordChanges(parts, index, entry);
  if (entry.type === '0') yield* contentChanges(parts, index, entry);
  yield* placeChanges(parts, index, entry);
}

function* attributeChanges(parts: Parts, index: number, entry: PartEntry): Generator<Change> {
  for (const [what, change] of fields) {
    const changed = change(entry);
    if (changed !== undefined)
      yield { what: `${entry.name}: ${what}`, parts: changeData(parts, index, () => changed) };
  }
}

function* recordChanges(parts: Parts, index: number, entry: PartEntry): Generator<Change> {
  for (const [key, value] of entry.pax) {
    const without = new Map([...entry.pax].filter(([other]) => other !== key));
    yield {
      what: `${entry.name}: record ${key} dropped`,
      parts: changeData(parts, index, () => ({ ...entry, pax: without })),
    };
    const changed = new Map([...entry.pax, [key, flip(value, value.length - 1)]]);
    yield {
      what: `${entry.name}: record ${key} changed`,
      parts: changeData(parts, index, () => ({ ...entry, pax: changed })),
      packing: { checksums: false },
    };
  }
}

function* contentChanges(parts: Parts, index: number, entry: PartEntry): Generator<Change> {
  const { content } = entry;
  for (const at of new Set(
    [0, content.length >> 1, content.length - 1].filter((at) => at >= 0 && at < content.length),
  )) {
    yield {
      what: `${entry.name}: content byte ${at}`,
      parts: changeData(parts, index, () => withContent(entry, flip(content, at))),
    };
  }
  const longer = withContent(entry, Buffer.concat([content, Buffer.from('\n')]));
  yield {
    what: `${entry.name}: content longer`,
    parts: withData(parts, parts.data.with(index, longer)),
  };
}

function* placeChanges(parts: Parts, index: number, entry: PartEntry): Generator<Change> {
  const { data } = parts;
  yield { what: `${entry.name}: dropped`, parts: withData(parts, data.toSpliced(index, 1)) };
  const next = data[index + 1];
  if (next !== undefined)
    yield {
      what: `${entry.name}: behind ${next.name}`,
      parts: { ...parts, data: data.toSpliced(index, 2, next, entry) },
    };
  if (entry.type === '0')
    yield { what: `${entry.name}: once more`, parts: { ...parts, data: [...data, entry] } };
}

/** Entries that no step left. */
export function* addedEntries(parts: Parts): Generator<Change> {
  const { data } = parts;
  const model = data.find(({ type }) => type === '5') ?? data[0]!;
  const bare = { ...model, pax: new Map(), linkname: '', size: 0, content: new Uint8Array(0) };
  const added = (name: string, extra: Partial<PartEntry>): Change => ({
    what: `${name}: added`,
    parts: withData(parts, [...data, { ...bare, name, ...extra }]),
  });
  const text = Buffer.from('#!/bin/sh\n');
  yield added('zz', { type: '5', mode: 0o755 });
  yield added('zz', { type: '0', mode: 0o755, content: text, size: text.length });
  yield added('zz', { type: '0', mode: 0o644 });
  yield added('zz', { type: '2', mode: 0o777, linkname: 'etc' });
  yield added('zz', { type: '3', mode: 0o666, devmajor: 1, devminor: 3 });
  yield added('zz', { type: '6', mode: 0o644 });
  yield added('var/lib/db/sbom/zz.spdx.json', { type: '0', mode: 0o644 });
}
