/** Members of a zip archive (PKWARE APPNOTE 6.3.10), in the order of its directory; bounded. */
import { inflateRawSync } from 'node:zlib';
import { decodeBytes } from '../bytes.ts';
import type { Content } from './content.ts';

export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const bounds = { archive: 256 * 1024 * 1024, members: 200_000, member: 16 * 1024 * 1024 };
const [endSignature, directorySignature, localSignature] = [0x06054b50, 0x02014b50, 0x04034b50];
const [stored, deflated] = [0, 8];

/** The members that are wanted; undefined for bytes that are not such an archive, or exceed the limits. */
export function readZip(content: Content, isWanted: (name: string) => boolean): ZipMember[] | undefined {
  if (content.size > bounds.archive) return undefined;
  const bytes = Buffer.from(content.read(0, content.size));
  try {
    return membersOf(bytes, isWanted);
  } catch (error) {
    // Offsets beyond the end, and streams that are not deflate.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

function membersOf(bytes: Buffer, isWanted: (name: string) => boolean): ZipMember[] | undefined {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || bytes.readUInt32LE(end) !== endSignature) return undefined;
  const count = bytes.readUInt16LE(end + 10);
  if (count > bounds.members || count === 0xffff) return undefined;
  const members: ZipMember[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== directorySignature) return undefined;
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = decodeBytes(bytes.subarray(at + 46, at + 46 + nameLength));
    if (isWanted(name)) {
      const member = memberBytes(bytes, at);
      if (member === undefined) return undefined;
      members.push({ name, bytes: member });
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return members;
}

function memberBytes(bytes: Buffer, at: number): Uint8Array | undefined {
  const [method, packed, size] = [
    bytes.readUInt16LE(at + 10),
    bytes.readUInt32LE(at + 20),
    bytes.readUInt32LE(at + 24),
  ];
  const local = bytes.readUInt32LE(at + 42);
  if (size > bounds.member || bytes.readUInt32LE(local) !== localSignature) return undefined;
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const data = bytes.subarray(start, start + packed);
  if (method === stored) return data;
  return method === deflated ? inflateRawSync(data, { maxOutputLength: bounds.member }) : undefined;
}
