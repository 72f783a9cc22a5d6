/** Ar archives and static libraries: GNU and BSD names, every field of the member headers, the members. */
import { decodeBytes, trimmedEnd } from '../../bytes.ts';
import type { Part } from '../part.ts';
import { bothBegin, type Comparator } from './comparator.ts';
import { compareMembers, type Member } from './members.ts';
import type { ValueMeanings } from './parts.ts';

const magic = Buffer.from('!<arch>\n', 'latin1');
const headerBytes = 60;

export const ar: Comparator = {
  format: 'ar',
  matches: bothBegin(...magic),
  async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
    const left = readAr(published, context.limits.members);
    const right = readAr(rebuilt, context.limits.members);
    if (left === undefined || right === undefined) return undefined;
    return compareMembers('ar', left, right, context);
  },
};

/** The members; undefined for what is not an archive (ar(5); GNU binutils, include/aout/ar.h). */
function readAr(bytes: Uint8Array, most: number): Member[] | undefined {
  const members: Member[] = [];
  let longNames: Uint8Array = new Uint8Array(0);
  for (let at = magic.length; at < bytes.length; ) {
    const header = Buffer.from(bytes.subarray(at, at + headerBytes));
    const size = Number(header.toString('latin1', 48, 58).trim());
    if (header.length < headerBytes || header.toString('latin1', 58, 60) !== '`\n') return undefined;
    if (!Number.isInteger(size) || size < 0 || at + headerBytes + size > bytes.length) return undefined;
    if (members.length > most) return members;
    const content = bytes.subarray(at + headerBytes, at + headerBytes + size);
    const field = header.toString('latin1', 0, 16).trimEnd();
    if (field === '//') longNames = content;
    members.push(memberOf(header, field, content, longNames));
    at += headerBytes + size + (size % 2);
  }
  return members;
}

const meanings: ValueMeanings = { mtime: 'member-time', owner: 'member-owner', mode: 'member-owner' };

function memberOf(header: Buffer, field: string, content: Uint8Array, longNames: Uint8Array): Member {
  const { name, skipped } = nameOf(field, content, longNames);
  const text = (from: number, until: number) => header.toString('latin1', from, until).trimEnd();
  const stored = content.subarray(skipped);
  return {
    name,
    attributes: new Map([
      ['mtime', text(16, 28)],
      ['owner', `${text(28, 34)}:${text(34, 40)}`],
      ['mode', text(40, 48)],
    ]),
    meanings,
    header,
    stored,
    read: () => stored,
  };
}

function nameOf(
  field: string,
  content: Uint8Array,
  longNames: Uint8Array,
): { name: string; skipped: number } {
  if (field === '/' || field === '/SYM64/') return { name: 'symbol table', skipped: 0 };
  if (field === '//') return { name: 'long names', skipped: 0 };
  const bsd = /^#1\/(\d{1,6})$/.exec(field);
  if (bsd !== null) {
    const length = Math.min(Number(bsd[1]), content.length);
    return { name: trimmedEnd(decodeBytes(content.subarray(0, length)), '\0'), skipped: length };
  }
  const gnu = /^\/(\d{1,10})$/.exec(field);
  if (gnu === null) return { name: field.replace(/\/$/, ''), skipped: 0 };
  const rest = longNames.subarray(Number(gnu[1]));
  const end = rest.findIndex((byte) => byte === 0x0a || byte === 0);
  return { name: decodeBytes(end < 0 ? rest : rest.subarray(0, end)).replace(/\/$/, ''), skipped: 0 };
}
