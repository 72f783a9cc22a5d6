/** Changes of the data section: attributes, records and contents of each entry, and the tree itself. */
import { type Change, fields, flip } from './attributes.ts';
import { changeData, type PartEntry, type Parts, withContent, withSize } from './parts.ts';

export function* dataChanges(parts: Parts): Generator<Change> {
  for (const [index, entry] of parts.data.entries()) {
    for (const [what, change] of fields) {
      const changed = change(entry);
      if (changed !== undefined)
        yield { what: `${entry.name}: ${what}`, parts: changeData(parts, index, () => changed) };
    }
    yield* recordChanges(parts, index, entry);
    if (entry.type === '0') yield* contentChanges(parts, index, entry);
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
  yield {
    what: `${entry.name}: content longer`,
    parts: withSize(
      changeData(parts, index, () => withContent(entry, Buffer.concat([content, Buffer.from('\n')]))),
      1,
    ),
  };
}

const folderBytes = 4096;

/** Entries added, dropped and moved; the size recorded in .PKGINFO follows. */
export function* treeChanges(parts: Parts): Generator<Change> {
  const { data } = parts;
  for (const [index, entry] of data.entries()) {
    const without = { ...parts, data: data.filter((_, at) => at !== index) };
    const counted =
      entry.type === '5' ? folderBytes : entry.type === '2' ? entry.linkname.length : entry.size;
    yield { what: `${entry.name}: dropped`, parts: withSize(without, -counted) };
    const next = data[index + 1];
    if (next !== undefined) {
      const swapped = data.map((each, at) => (at === index ? next : at === index + 1 ? entry : each));
      yield { what: `${entry.name}: behind ${next.name}`, parts: { ...parts, data: swapped } };
    }
    if (entry.type === '0')
      yield { what: `${entry.name}: once more`, parts: { ...parts, data: [...data, entry] } };
  }
  const model = data.find(({ type }) => type === '5') ?? data[0]!;
  const added = (name: string, extra: Partial<PartEntry>): Change => {
    const entry = {
      ...model,
      pax: new Map(),
      linkname: '',
      size: 0,
      content: new Uint8Array(0),
      name,
      ...extra,
    };
    const counted =
      entry.type === '5' ? folderBytes : entry.type === '2' ? entry.linkname.length : entry.size;
    return { what: `${name}: added`, parts: withSize({ ...parts, data: [...data, entry] }, counted) };
  };
  const text = Buffer.from('#!/bin/sh\n');
  yield added('zz', { type: '5', mode: 0o755 });
  yield added('zz', { type: '0', mode: 0o755, content: text, size: text.length });
  yield added('zz', { type: '0', mode: 0o644 });
  yield added('zz', { type: '2', mode: 0o777, linkname: 'etc' });
  yield added('zz', { type: '3', mode: 0o666, devmajor: 1, devminor: 3 });
  yield added('zz', { type: '6', mode: 0o644 });
  yield added('var/lib/db/sbom/zz.spdx.json', { type: '0', mode: 0o644 });
}
