/** Tar archives inside packages: every field of every entry, pax records, contents, the end. */

import { readTar, type TarArchive, type TarEntry } from '../../formats/tar-archive.ts';
import type { Part } from '../part.ts';
import { type Comparator, hasBytesAt } from './comparator.ts';
import { compareMembers, type Member } from './members.ts';
import { type ValueMeanings, valuePart } from './parts.ts';

const magicOffset = 257;
const magic = [...Buffer.from('ustar')];

export const tar: Comparator = {
  format: 'tar',
  matches: (published, rebuilt) =>
    hasBytesAt(published, magic, magicOffset) && hasBytesAt(rebuilt, magic, magicOffset),
  async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
    const left = await readTar(published, context.limits.members);
    const right = await readTar(rebuilt, context.limits.members);
    if (left === undefined || right === undefined) return undefined;
    const parts = await compareMembers(
      'tar',
      left.entries.map(memberOf),
      right.entries.map(memberOf),
      context,
    );
    if (endText(left) !== endText(right)) parts.push(valuePart('tar', 'end', endText(left), endText(right)));
    return parts;
  },
};

const meanings: ValueMeanings = {
  mtime: 'member-time',
  'pax mtime': 'member-time',
  'pax atime': 'member-time',
  'pax ctime': 'member-time',
  mode: 'member-owner',
  owner: 'member-owner',
  'owner name': 'member-owner',
  'pax uid': 'member-owner',
  'pax gid': 'member-owner',
};

function memberOf({ header, raw, content }: TarEntry): Member {
  return {
    name: header.name,
    attributes: attributesOf({ header, raw, content }),
    meanings,
    header: raw,
    stored: content,
    read: () => content,
  };
}

function attributesOf({ header, raw }: TarEntry): ReadonlyMap<string, string> {
  const main = Buffer.from(raw.subarray(-512));
  const attributes = new Map([
    ['type', header.type ?? `of kind ${main.subarray(156, 157).toString('hex')}`],
    ['mode', header.mode.toString(8).padStart(4, '0')],
    ['owner', `${header.uid}:${header.gid}`],
    ['owner name', `${header.uname}:${header.gname}`],
    ['mtime', String(header.mtime.getTime() / 1000)],
    ['link target', header.linkname ?? ''],
    ['device', `${header.devmajor}:${header.devminor}`],
    ['header format', main.subarray(magicOffset, magicOffset + 8).toString('latin1')],
  ]);
  for (const [key, value] of Object.entries((header.pax ?? {}) as Record<string, string>)) {
    attributes.set(`pax ${key}`, String(value));
  }
  return attributes;
}

function endText({ end }: TarArchive): string {
  return end.every((byte) => byte === 0) ? `${end.length} zero bytes` : `${end.length} bytes`;
}
