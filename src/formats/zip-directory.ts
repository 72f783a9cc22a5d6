/** The central directory of a zip file and the local header of each member (PKWARE APPNOTE 6.3.10, §4.3). */
import { decodeBytes } from '../bytes.ts';

export interface ZipMember {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Attributes that are times, and those that are owner, mode or the system that wrote the archive. */
  readonly about: ReadonlyMap<string, 'time' | 'owner'>;
  readonly method: number;
  /** The bytes of the member as stored. */
  readonly stored: Uint8Array;
  /** Local and central header, without check sums, sizes and offsets. */
  readonly headers: Uint8Array;
}

export interface ZipArchive {
  readonly members: readonly ZipMember[];
  readonly comment: string;
  /** Bytes before the first member: a script that unpacks itself. */
  readonly prefix: Uint8Array;
}

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
const sizes = { local: 30, central: 46, end: 22, locator64: 20, end64: 56 };
const longestComment = 65_535;
const undefined32 = 0xffffffff;

/** The archive; undefined where it has no consistent central directory, or more members than `most`. */
export function readZip(file: Uint8Array, most: number): ZipArchive | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const end = findEnd(bytes);
  const place = end === undefined ? undefined : directoryPlace(bytes, end);
  if (end === undefined || place === undefined || place.count > most) return undefined;
  const members: ZipMember[] = [];
  let first = place.offset;
  let at = place.offset;
  for (let index = 0; index < place.count; index += 1) {
    const member = readMember(bytes, at);
    if (member === undefined) return undefined;
    members.push(member);
    first = Math.min(first, member.localOffset);
    at += member.length;
  }
  const comment = decodeBytes(
    bytes.subarray(end + sizes.end, end + sizes.end + bytes.readUInt16LE(end + 20)),
  );
  return { members, comment, prefix: bytes.subarray(0, first) };
}

function findEnd(bytes: Buffer): number | undefined {
  const last = bytes.length - sizes.end;
  for (let at = last; at >= Math.max(0, last - longestComment); at -= 1) {
    if (bytes.readUInt32LE(at) === signatures.end) return at;
  }
  return undefined;
}

function directoryPlace(bytes: Buffer, end: number): { offset: number; count: number } | undefined {
  const plain = { count: bytes.readUInt16LE(end + 10), offset: bytes.readUInt32LE(end + 16) };
  const locator = end - sizes.locator64;
  if (plain.count !== 0xffff && plain.offset !== undefined32) return plain;
  if (locator < 0 || bytes.readUInt32LE(locator) !== signatures.locator64) return plain;
  const at = Number(bytes.readBigUInt64LE(locator + 8));
  if (at + sizes.end64 > bytes.length || bytes.readUInt32LE(at) !== signatures.end64) return undefined;
  return { count: Number(bytes.readBigUInt64LE(at + 32)), offset: Number(bytes.readBigUInt64LE(at + 48)) };
}

interface PlacedMember extends ZipMember {
  /** Bytes of the central header. */
  readonly length: number;
  readonly localOffset: number;
}

function readMember(bytes: Buffer, at: number): PlacedMember | undefined {
  if (at + sizes.central > bytes.length || bytes.readUInt32LE(at) !== signatures.central) return undefined;
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
    bytes.readUInt16LE(at + field),
  );
  const length = sizes.central + nameLength! + extraLength! + commentLength!;
  if (at + length > bytes.length) return undefined;
  const name = bytes.subarray(at + sizes.central, at + sizes.central + nameLength!);
  const extraStart = at + sizes.central + nameLength!;
  const extra = parseExtra(bytes.subarray(extraStart, extraStart + extraLength!));
  const compressed = wide(
    bytes.readUInt32LE(at + 20),
    extra,
    bytes.readUInt32LE(at + 24) === undefined32 ? 8 : 0,
  );
  const zip64Before =
    [at + 24, at + 20].filter((field) => bytes.readUInt32LE(field) === undefined32).length * 8;
  const localOffset = wide(bytes.readUInt32LE(at + 42), extra, zip64Before);
  const local = readLocal(bytes, localOffset, compressed);
  if (local === undefined) return undefined;
  const comment = bytes.subarray(extraStart + extraLength!, at + length);
  const attributes = new Map([
    ['made by', `${bytes[at + 5]} (version ${bytes[at + 4]})`],
    ['version needed', String(bytes.readUInt16LE(at + 6))],
    ['flags', String(bytes.readUInt16LE(at + 8))],
    ['method', String(bytes.readUInt16LE(at + 10))],
    ['time', dosTime(bytes.readUInt16LE(at + 14), bytes.readUInt16LE(at + 12))],
    ['internal attributes', String(bytes.readUInt16LE(at + 36))],
    [
      'external attributes',
      `0x${bytes
        .readUInt32LE(at + 38)
        .toString(16)
        .padStart(8, '0')}`,
    ],
    ['comment', decodeBytes(comment)],
    ...extraAttributes('extra field', extra),
    ...local.attributes,
  ]);
  return {
    name: decodeBytes(name),
    attributes,
    about: new Map([...aboutFields, ...extraAbout('extra field', extra), ...local.about]),
    method: bytes.readUInt16LE(at + 10),
    stored: local.stored,
    headers: Buffer.concat([
      without(local.header, [14, 26]),
      without(bytes.subarray(at, at + length), [16, 28], [42, 46]),
    ]),
    length,
    localOffset,
  };
}

function without(header: Uint8Array, ...ranges: readonly (readonly [number, number])[]): Uint8Array {
  const copy = Uint8Array.from(header);
  for (const [from, until] of ranges) copy.fill(0, from, until);
  return copy;
}

interface LocalHeader {
  readonly attributes: readonly [string, string][];
  readonly about: ZipMember['about'];
  readonly header: Uint8Array;
  readonly stored: Uint8Array;
}

function readLocal(bytes: Buffer, at: number, compressed: number): LocalHeader | undefined {
  if (at + sizes.local > bytes.length || bytes.readUInt32LE(at) !== signatures.local) return undefined;
  const nameEnd = at + sizes.local + bytes.readUInt16LE(at + 26);
  const start = nameEnd + bytes.readUInt16LE(at + 28);
  if (start + compressed > bytes.length) return undefined;
  const extra = parseExtra(bytes.subarray(nameEnd, start));
  return {
    attributes: [
      ['local name', decodeBytes(bytes.subarray(at + sizes.local, nameEnd))],
      ['local flags', String(bytes.readUInt16LE(at + 6))],
      ['local time', dosTime(bytes.readUInt16LE(at + 12), bytes.readUInt16LE(at + 10))],
      ...extraAttributes('local extra field', extra),
    ],
    about: extraAbout('local extra field', extra),
    header: bytes.subarray(at, start),
    stored: bytes.subarray(start, start + compressed),
  };
}

type Extra = readonly (readonly [id: number, value: Buffer])[];

function parseExtra(bytes: Buffer): Extra {
  const fields: [number, Buffer][] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUInt16LE(at + 2)) {
    fields.push([bytes.readUInt16LE(at), bytes.subarray(at + 4, at + 4 + bytes.readUInt16LE(at + 2))]);
  }
  return fields;
}

const zip64 = 0x0001;

/** A number that may be in the zip64 field, after others. */
function wide(value: number, extra: Extra, before: number): number {
  if (value !== undefined32) return value;
  const field = extra.find(([id]) => id === zip64)?.[1];
  return field === undefined || field.length < before + 8 ? value : Number(field.readBigUInt64LE(before));
}

/** Known ids (APPNOTE §4.5.2, Info-ZIP's proginfo/extrafld.txt). */
const extraNames: Readonly<Record<number, string>> = {
  1: 'zip64',
  21589: 'extended timestamp',
  30837: 'Unix owner',
  22613: 'old Unix',
  10: 'NTFS times',
  51966: 'jar magic',
};

const aboutFields: ZipMember['about'] = new Map([
  ['time', 'time'],
  ['local time', 'time'],
  ['made by', 'owner'],
  ['external attributes', 'owner'],
]);

/** Ids of extra fields that hold times. */
const timeFields: ReadonlySet<number> = new Set([0x5455, 0x000a]);

function extraAbout(kind: string, extra: Extra): ZipMember['about'] {
  return new Map(extra.map(([id]) => [extraName(kind, id), timeFields.has(id) ? 'time' : 'owner']));
}

function extraName(kind: string, id: number): string {
  return `${kind} ${extraNames[id] ?? `0x${id.toString(16).padStart(4, '0')}`}`;
}

function extraAttributes(kind: string, extra: Extra): [string, string][] {
  return extra.map(([id, value]) => {
    const time = id === 0x5455 && value.length >= 5 ? ` (${value.readInt32LE(1)})` : '';
    return [extraName(kind, id), `${value.toString('hex')}${time}`];
  });
}

/** Two-second local time since 1980 (MS-DOS), as it is stored. */
function dosTime(date: number, time: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${1980 + (date >> 9)}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day} ${two(time >> 11)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`;
}
