/** Two entries of the same path: every attribute counts, and so do header bytes that no attribute explains. */

import { entryPath } from '../apk/entry-rules.ts';
import { xattrName } from '../apk/xattrs.ts';
import { addAll } from '../lists.ts';
import type { Difference, DifferenceKind, SectionName } from './difference.ts';
import { compareHeaders } from './header-bytes.ts';
import type { ComparedEntry } from './pairs.ts';

/** The record that follows from the content: it is reported with the content, not again as a record. */
const checksumKey = 'APK-TOOLS.checksum.SHA1';

export function compareEntries(
  section: SectionName,
  published: ComparedEntry,
  rebuilt: ComparedEntry,
): Difference[] {
  const path = entryPath(published);
  const differences: Difference[] = [];
  const compare = (kind: DifferenceKind, left: string, right: string, more: Partial<Difference> = {}) => {
    if (left !== right) differences.push({ section, kind, path, published: left, rebuilt: right, ...more });
  };
  compare('type', published.type, rebuilt.type);
  compare('content', contentText(published), contentText(rebuilt));
  compare('link-target', published.linkname, rebuilt.linkname);
  const modes = { published: published.mode, rebuilt: rebuilt.mode };
  compare('mode', octal(modes.published), octal(modes.rebuilt), { modes });
  compare('owner', `${published.uid}:${published.gid}`, `${rebuilt.uid}:${rebuilt.gid}`);
  compare('owner-name', `${published.uname}:${published.gname}`, `${rebuilt.uname}:${rebuilt.gname}`);
  compare('mtime', String(published.mtime), String(rebuilt.mtime));
  compare('device', deviceText(published), deviceText(rebuilt));
  addAll(differences, compareRecords(section, path, published, rebuilt));
  addAll(differences, compareHeaders(section, published, rebuilt));
  return differences;
}

function contentText({ sha256, size }: ComparedEntry): string {
  return `sha256:${sha256}, ${size} bytes`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function deviceText({ devmajor, devminor }: ComparedEntry): string {
  return `${devmajor}:${devminor}`;
}

/** The records by key; several of one key are one value, in order. */
function recordsOf({ pax }: ComparedEntry): Map<string, string> {
  const records = new Map<string, string>();
  for (const { key, value } of pax) {
    if (key === checksumKey) continue;
    const text = Buffer.from(value).toString('hex');
    records.set(key, records.has(key) ? `${records.get(key)} ${text}` : text);
  }
  return records;
}

function compareRecords(
  section: SectionName,
  path: string,
  published: ComparedEntry,
  rebuilt: ComparedEntry,
): Difference[] {
  const left = recordsOf(published);
  const right = recordsOf(rebuilt);
  const differences = [...new Set([...left.keys(), ...right.keys()])]
    .filter((key) => left.get(key) !== right.get(key))
    .map(
      (key): Difference => ({
        section,
        path,
        kind: xattrName(key) === undefined ? 'pax-record' : 'xattr',
        name: xattrName(key) ?? key,
        ...(left.has(key) ? { published: left.get(key)! } : {}),
        ...(right.has(key) ? { rebuilt: right.get(key)! } : {}),
      }),
    );
  if (differences.length > 0) return differences;
  const order = ({ pax }: ComparedEntry) => pax.map(({ key }) => key).join(', ');
  if (order(published) === order(rebuilt)) return [];
  return [
    {
      section,
      path,
      kind: 'pax-record',
      name: 'order',
      published: order(published),
      rebuilt: order(rebuilt),
    },
  ];
}
