/** cpio archives: `newc`, with and without check sums, and `odc` (Linux Documentation/driver-api/early-userspace/buffer-format.rst; cpio(5)). */
import { type ByteCursor, readWhole } from './byte-cursor.ts';

export interface CpioMember {
  readonly name: string;
  /** The fields of the header by their names, without sizes. */
  readonly fields: ReadonlyMap<string, number>;
  readonly content: Uint8Array;
}

const trailer = 'TRAILER!!!';
const newcFields =
  'inode mode uid gid links mtime size devmajor devminor rdevmajor rdevminor namesize check'.split(' ');
const odcFields: readonly (readonly [string, number])[] = [
  ['device', 6],
  ['inode', 6],
  ['mode', 6],
  ['uid', 6],
  ['gid', 6],
  ['links', 6],
  ['rdevice', 6],
  ['mtime', 11],
  ['namesize', 6],
  ['size', 11],
];

/** The members up to the first trailer, and the bytes behind it: kernels read several archives one after the other. */
export function readCpio(
  bytes: Uint8Array,
  most: number,
): { readonly members: readonly CpioMember[]; readonly rest: Uint8Array } | undefined {
  return readWhole(bytes, (cursor) => {
    const members: CpioMember[] = [];
    for (;;) {
      const member = readMember(cursor);
      if (member.name === trailer) return { members, rest: cursor.bytes.subarray(cursor.at) };
      if (members.length >= most) throw new RangeError('too many');
      members.push(member);
    }
  });
}

function readMember(cursor: ByteCursor): CpioMember {
  const magic = cursor.take(6).toString('latin1');
  if (magic === '070707') return contentOf(cursor, odcHeader(cursor), 1);
  if (magic !== '070701' && magic !== '070702') throw new RangeError('not cpio');
  const fields = new Map(newcFields.map((name) => [name, digits(cursor, 8, 16)]));
  return contentOf(cursor, fields, 4);
}

function odcHeader(cursor: ByteCursor): Map<string, number> {
  return new Map(odcFields.map(([name, length]) => [name, digits(cursor, length, 8)]));
}

function digits(cursor: ByteCursor, length: number, base: 8 | 16): number {
  const text = cursor.take(length).toString('latin1');
  if (!(base === 16 ? /^[0-9a-f]+$/i : /^[0-7]+$/).test(text)) throw new RangeError('no number');
  return Number.parseInt(text, base);
}

function contentOf(cursor: ByteCursor, header: ReadonlyMap<string, number>, align: number): CpioMember {
  const { namesize, size, ...fields } = Object.fromEntries(header) as Record<string, number>;
  const name = cursor.text(namesize!).split('\0', 1)[0]!;
  skipTo(cursor, align);
  const content = cursor.take(size!);
  skipTo(cursor, align);
  return { name, fields: new Map(Object.entries(fields)), content };
}

/** Padding may be missing at the very end. */
function skipTo(cursor: ByteCursor, align: number): void {
  cursor.take(Math.min(cursor.left, (align - (cursor.at % align)) % align));
}
