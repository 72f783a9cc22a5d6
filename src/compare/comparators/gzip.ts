/** Gzip files: every field of the header, then the content, then, where the content is the same, how it was deflated. */

import { decodeBytes } from '../../bytes.ts';
import { addAll } from '../../lists.ts';
import type { Part } from '../part.ts';
import { bothBegin, type Comparator, type CompareContext, hasBytesAt } from './comparator.ts';
import { compareDeflate, inflate, inflateCut } from './deflate.ts';
import { insideParts, type ValueMeanings, type ValueNames, valuePart, valueParts } from './parts.ts';

const magic = [0x1f, 0x8b, 0x08];
const most = 10_000;

export const gzip: Comparator = {
  format: 'gzip',
  matches: bothBegin(...magic),
  async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
    const left = readGzip(published, context);
    const right = left === undefined ? undefined : readGzip(rebuilt, context);
    if (left === undefined || right === undefined) return undefined;
    const parts: Part[] = [];
    left.members.forEach((member, at) => {
      const other = right.members[at];
      if (other !== undefined)
        addAll(parts, valueParts('gzip', member.fields, other.fields, namesOfMember(at)));
    });
    if (left.members.length !== right.members.length) {
      parts.push(valuePart('gzip', 'members', String(left.members.length), String(right.members.length)));
    }
    if (left.end !== right.end) parts.push(valuePart('gzip', 'end', left.end, right.end));
    const name = innerName(context.path);
    const contents = [contentOf(left), contentOf(right)] as const;
    const inside = await context.inside(name, ...contents);
    addAll(parts, insideParts('gzip', name, inside));
    if (inside.length === 0) addAll(parts, compareStreams(left, right, context));
    addAll(
      parts,
      insideParts('gzip', 'bytes after the end', await context.inside('', left.rest, right.rest)),
    );
    return parts;
  },
};

function namesOfMember(at: number): ValueNames {
  return { prefix: at === 0 ? '' : `member ${at + 1} `, meanings };
}

const meanings: ValueMeanings = {
  flags: 'gzip-input',
  mtime: 'gzip-input',
  name: 'gzip-input',
  comment: 'gzip-input',
  'operating system': 'gzip-input',
  'extra flags': 'gzip-input',
};

export interface GzipFields {
  /** Offset of the deflate stream. */
  readonly end: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** The fields of a member's header (RFC 1952 §2.3); undefined where there is no header. */
export function parseGzipHeader(bytes: Uint8Array, start = 0): GzipFields | undefined {
  if (!hasBytesAt(bytes, magic, start) || bytes.length < start + 10) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const flags = view[3]!;
  const fields = new Map([
    ['flags', String(flags)],
    ['mtime', String(view.readUInt32LE(4))],
    ['extra flags', String(view[8])],
    ['operating system', String(view[9])],
  ]);
  let at = 10;
  if ((flags & 4) !== 0) {
    if (at + 2 > view.length) return undefined;
    const length = view.readUInt16LE(at);
    fields.set('extra field', view.subarray(at + 2, at + 2 + length).toString('hex'));
    at += 2 + length;
  }
  for (const [flag, name] of [
    [8, 'name'],
    [16, 'comment'],
  ] as const) {
    if ((flags & flag) === 0) continue;
    const end = view.indexOf(0, at);
    if (end < 0) return undefined;
    fields.set(name, decodeBytes(view.subarray(at, end)));
    at = end + 1;
  }
  if ((flags & 2) !== 0) {
    fields.set('header check sum', view.subarray(at, at + 2).toString('hex'));
    at += 2;
  }
  return at > view.length ? undefined : { end: start + at, fields };
}

interface GzipMember {
  readonly fields: ReadonlyMap<string, string>;
  readonly stream: Uint8Array;
  readonly content: Uint8Array;
}

interface GzipFile {
  readonly members: readonly GzipMember[];
  readonly rest: Uint8Array;
  /** Whether the first member ends; of one that was cut, what can be read is compared. */
  readonly end: 'whole' | 'cut';
}

/** The members; undefined where nothing of the first can be read. */
function readGzip(bytes: Uint8Array, context: CompareContext): GzipFile | undefined {
  const members: GzipMember[] = [];
  let at = 0;
  while (at < bytes.length && members.length < most) {
    const header = parseGzipHeader(bytes, at);
    if (header === undefined) break;
    const inflated = inflate(bytes.subarray(header.end), context);
    const end = header.end + (inflated?.consumed ?? 0);
    if (inflated === undefined || end + 8 > bytes.length) {
      const content = members.length > 0 ? undefined : inflateCut(bytes.subarray(header.end), context);
      if (content === undefined) break;
      const stream = bytes.subarray(header.end);
      return { members: [{ fields: header.fields, stream, content }], rest: new Uint8Array(0), end: 'cut' };
    }
    members.push({
      fields: header.fields,
      stream: bytes.subarray(header.end, end),
      content: inflated.content,
    });
    at = end + 8;
  }
  return members.length === 0 ? undefined : { members, rest: bytes.subarray(at), end: 'whole' };
}

function contentOf({ members }: GzipFile): Uint8Array {
  return members.length === 1 ? members[0]!.content : Buffer.concat(members.map(({ content }) => content));
}

function compareStreams(published: GzipFile, rebuilt: GzipFile, context: CompareContext): Part[] {
  return published.members.flatMap((member, at) => {
    const other = rebuilt.members[at];
    if (other === undefined || Buffer.compare(member.stream, other.stream) === 0) return [];
    return compareDeflate(member.stream, other.stream, context);
  });
}

function innerName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/\.(tgz|taz)$/.test(name)) return `${name.slice(0, -3)}tar`;
  return name.replace(/\.(gz|svgz|z)$/i, '') || 'content';
}
