/** Bytes of tar headers that no attribute explains: a different spelling of the same number, a different magic, a different pax header. */
import { entryPath } from '../apk/entry-rules.ts';
import type { Difference, SectionName } from './difference.ts';
import type { ComparedEntry } from './pairs.ts';

const headerBytes = 512;

interface HeaderField {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The meaning of the field; where it differs between the two sides, the attribute shows that. */
  readonly meaning?: (entry: ComparedEntry) => unknown;
}

/** The ustar header (POSIX.1-2017, pax, "ustar Interchange Format"). */
const fields: readonly HeaderField[] = [
  { name: 'name', start: 0, end: 100, meaning: entryPath },
  { name: 'mode', start: 100, end: 108, meaning: ({ mode }) => mode },
  { name: 'uid', start: 108, end: 116, meaning: ({ uid }) => uid },
  { name: 'gid', start: 116, end: 124, meaning: ({ gid }) => gid },
  { name: 'size', start: 124, end: 136, meaning: ({ size }) => size },
  { name: 'mtime', start: 136, end: 148, meaning: ({ mtime }) => mtime },
  { name: 'type', start: 156, end: 157, meaning: ({ type }) => type },
  { name: 'link name', start: 157, end: 257, meaning: ({ linkname }) => linkname },
  { name: 'magic', start: 257, end: 265 },
  { name: 'uname', start: 265, end: 297, meaning: ({ uname }) => uname },
  { name: 'gname', start: 297, end: 329, meaning: ({ gname }) => gname },
  { name: 'device major', start: 329, end: 337, meaning: ({ devmajor }) => devmajor },
  { name: 'device minor', start: 337, end: 345, meaning: ({ devminor }) => devminor },
  { name: 'prefix', start: 345, end: 500, meaning: entryPath },
  { name: 'padding', start: 500, end: 512 },
];
const checksum: HeaderField = { name: 'check sum', start: 148, end: 156 };

export function compareHeaders(
  section: SectionName,
  published: ComparedEntry,
  rebuilt: ComparedEntry,
): Difference[] {
  if (Buffer.compare(published.raw, rebuilt.raw) === 0) return [];
  const path = entryPath(published);
  const difference = (name: string, left: Uint8Array, right: Uint8Array): Difference => {
    const [a, b] = differingBytes(left, right);
    return { section, kind: 'header-bytes', path, name, published: a, rebuilt: b };
  };
  const [left, right] = [mainHeader(published), mainHeader(rebuilt)];
  const sameContent = published.sha256 === rebuilt.sha256 && published.linkname === rebuilt.linkname;
  const [a, b] = [paxHeader(published, sameContent), paxHeader(rebuilt, sameContent)];
  const differences = unexplained(left, right, published, rebuilt).map((field) =>
    difference(field.name, slice(left, field), slice(right, field)),
  );
  if (Buffer.compare(a, b) !== 0 && recordsText(published) === recordsText(rebuilt)) {
    differences.push(difference('pax header', a, b));
  }
  return differences;
}

function unexplained(
  left: Uint8Array,
  right: Uint8Array,
  published: ComparedEntry,
  rebuilt: ComparedEntry,
): HeaderField[] {
  const differing = fields.filter((field) => Buffer.compare(slice(left, field), slice(right, field)) !== 0);
  // The check sum follows the other fields.
  const all =
    differing.length === 0 && Buffer.compare(slice(left, checksum), slice(right, checksum)) !== 0
      ? [checksum]
      : differing;
  return all.filter(({ meaning }) => meaning === undefined || meaning(published) === meaning(rebuilt));
}

function mainHeader({ raw }: ComparedEntry): Uint8Array {
  return raw.subarray(Math.max(0, raw.length - headerBytes));
}

const checksumKey = 'APK-TOOLS.checksum.SHA1';

/** The records of the pax header; where contents differ, without the checksums that follow from them. */
function paxHeader({ raw, pax }: ComparedEntry, withChecksums: boolean): Uint8Array {
  const header = Buffer.from(raw.subarray(0, Math.max(0, raw.length - headerBytes)));
  for (const { key, value } of pax) {
    if (withChecksums || key !== checksumKey) continue;
    const at = header.indexOf(Buffer.concat([Buffer.from(`${key}=`), value, Buffer.from('\n')]));
    if (at >= 0) header.fill(0, at + key.length + 1, at + key.length + 1 + value.length);
  }
  return header;
}

function slice(header: Uint8Array, { start, end }: HeaderField): Uint8Array {
  return header.subarray(start, end);
}

function recordsText({ pax }: ComparedEntry): string {
  const others = pax.filter(({ key }) => key !== checksumKey);
  return others.map(({ key, value }) => `${key}=${Buffer.from(value).toString('hex')}`).join('\n');
}

const shownBytes = 16;

/** The bytes around the first one that differs, as `<offset>: <hex>`. */
function differingBytes(left: Uint8Array, right: Uint8Array): [string, string] {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  const show = (bytes: Uint8Array) =>
    `${at}: ${Buffer.from(bytes.subarray(at, at + shownBytes)).toString('hex')}`;
  return [show(left), show(right)];
}
