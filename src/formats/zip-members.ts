/** Members of a zip archive (PKWARE APPNOTE 6.3.10), in the order of its directory; bounded. Zip64 is not read. */
import { crc32, inflateRawSync } from 'node:zlib';
import { decodeBytes } from '../bytes.ts';
import type { Content } from './content.ts';

export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ZipLimits {
  /** Bytes of the archive. */
  readonly archive: number;
  readonly members: number;
  /** Bytes of one member, inflated. */
  readonly member: number;
  /** Bytes of all members that are read, inflated. */
  readonly inflated: number;
}

const mebibyte = 1024 * 1024;
const bounds: ZipLimits = {
  archive: 256 * mebibyte,
  members: 200_000,
  member: 16 * mebibyte,
  inflated: 4096 * mebibyte,
};
const [endSignature, directorySignature, localSignature] = [0x06054b50, 0x02014b50, 0x04034b50];
const sizes = { end: 22, directory: 46, local: 30, longestComment: 0xffff } as const;
const [stored, deflated] = [0, 8];

/** The members that are wanted; undefined for bytes that are not such an archive, or exceed the limits. `inflated` bounds the bytes of the members together. */
export function readZip(
  content: Content,
  isWanted: (name: string) => boolean,
  inflated: number = bounds.inflated,
): ZipMember[] | undefined {
  const members: ZipMember[] = [];
  const isRead = readMembers(
    content,
    { ...bounds, inflated },
    { isWanted, take: (member) => void members.push(member) },
  );
  return isRead ? members : undefined;
}

/**
 * Hands over every member whose length and CRC are what the directory says, one at a time. False for bytes that are not such an archive, exceed a
 * limit, or have a member that is not what the directory says.
 */
export function eachMember(content: Content, limits: ZipLimits, take: (member: ZipMember) => void): boolean {
  return readMembers(content, limits, { isWanted: () => true, take, compares: true });
}

interface Reading {
  readonly isWanted: (name: string) => boolean;
  readonly take: (member: ZipMember) => void;
  readonly compares?: true;
}

function readMembers(content: Content, limits: ZipLimits, reading: Reading): boolean {
  if (content.size > limits.archive) return false;
  try {
    return walkDirectory(content, limits, reading);
  } catch (error) {
    // Offsets beyond the end, and streams that are not deflate.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return false;
    throw error;
  }
}

function walkDirectory(content: Content, limits: ZipLimits, { isWanted, take, compares }: Reading): boolean {
  const directory = readDirectory(content);
  if (directory === undefined || directory.count > limits.members) return false;
  const { bytes, count } = directory;
  let room = limits.inflated;
  for (let at = 0, index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== directorySignature) return false;
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = decodeBytes(bytes.subarray(at + sizes.directory, at + sizes.directory + nameLength));
    if (isWanted(name)) {
      const member = memberBytes(content, bytes.subarray(at), Math.min(limits.member, room));
      if (member === undefined) return false;
      if (compares === true && !isAsListed(member, bytes.subarray(at))) return false;
      room -= member.length;
      take({ name, bytes: member });
    }
    at += sizes.directory + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return true;
}

function readDirectory(content: Content): { readonly bytes: Buffer; readonly count: number } | undefined {
  const tailLength = Math.min(content.size, sizes.end + sizes.longestComment);
  const tail = bufferAt(content, content.size - tailLength, tailLength);
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || tail.readUInt32LE(end) !== endSignature) return undefined;
  const count = tail.readUInt16LE(end + 10);
  if (count === 0xffff) return undefined;
  const [length, offset] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  return { bytes: bufferAt(content, offset, Math.min(length, content.size)), count };
}

function memberBytes(content: Content, entry: Buffer, most: number): Uint8Array | undefined {
  const [method, packed, size] = [entry.readUInt16LE(10), entry.readUInt32LE(20), entry.readUInt32LE(24)];
  if (size > most || packed > content.size) return undefined;
  const local = entry.readUInt32LE(42);
  const header = bufferAt(content, local, sizes.local);
  if (header.readUInt32LE(0) !== localSignature) return undefined;
  const start = local + sizes.local + header.readUInt16LE(26) + header.readUInt16LE(28);
  const data = content.read(start, packed);
  if (method === stored) return data;
  return method === deflated ? inflateRawSync(data, { maxOutputLength: Math.max(most, 1) }) : undefined;
}

function isAsListed(member: Uint8Array, entry: Buffer): boolean {
  return member.length === entry.readUInt32LE(24) && crc32(member) === entry.readUInt32LE(16);
}

function bufferAt(content: Content, offset: number, length: number): Buffer {
  const bytes = content.read(offset, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
