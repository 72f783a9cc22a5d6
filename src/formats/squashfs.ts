/** Squashfs 4.0 (Linux fs/squashfs/squashfs_fs.h): the superblock, and every entry with its attributes where the metadata can be unpacked. */
import { inflateSync } from 'node:zlib';
import { ByteCursor, readWhole, timeText } from './byte-cursor.ts';
import { decodeXz } from './xz.ts';
import { decodeZstd } from './zstd.ts';

export const squashfsMagic: readonly number[] = [0x68, 0x73, 0x71, 0x73];

const compressions: Readonly<Record<number, string>> = {
  1: 'gzip',
  2: 'lzma',
  3: 'lzo',
  4: 'xz',
  5: 'lz4',
  6: 'zstd',
};

interface Superblock {
  readonly values: ReadonlyMap<string, string>;
  readonly compression: number;
  readonly ids: number;
  readonly rootInode: bigint;
  readonly idTable: number;
  readonly inodeTable: number;
  readonly directoryTable: number;
}

export interface SquashfsImage {
  readonly values: ReadonlyMap<string, string>;
  /** Each path with its type, mode, owner, size and time; undefined where the metadata cannot be unpacked. */
  readonly listing: ReadonlyMap<string, string> | undefined;
}

export async function readSquashfs(bytes: Uint8Array, most: number): Promise<SquashfsImage | undefined> {
  const superblock = readWhole(bytes, readSuperblock);
  if (superblock === undefined) return undefined;
  const { values } = superblock;
  try {
    return { values, listing: await new Lister(bytes, superblock, most).list() };
  } catch (failure) {
    if (failure instanceof RangeError) return { values, listing: undefined };
    throw failure;
  }
}

function readSuperblock(cursor: ByteCursor): Superblock {
  cursor.take(4);
  const [inodes, time, block, fragments] = [cursor.u32le(), cursor.u32le(), cursor.u32le(), cursor.u32le()];
  const compression = cursor.u16le();
  cursor.take(2);
  const [flags, ids, major, minor] = [cursor.u16le(), cursor.u16le(), cursor.u16le(), cursor.u16le()];
  if (major !== 4) throw new RangeError('not version 4');
  const [rootInode, used] = [cursor.u64le(), cursor.u64le()];
  const idTable = Number(cursor.u64le());
  cursor.take(8);
  return {
    values: new Map([
      ['creation or last append time', timeText(time)],
      ['inodes', String(inodes)],
      ['block size', String(block)],
      ['fragments', String(fragments)],
      ['compression', compressions[compression] ?? String(compression)],
      ['flags', `0x${flags.toString(16)}`],
      ['ids', String(ids)],
      ['version', `${major}.${minor}`],
      ['bytes used', String(used)],
    ]),
    compression,
    ids,
    rootInode,
    idTable,
    inodeTable: Number(cursor.u64le()),
    directoryTable: Number(cursor.u64le()),
  };
}

const blockBytes = 8192;
const stored = 0x8000;

/** Reads metadata, whose blocks are unpacked once each. */
class Metadata {
  readonly #bytes: Uint8Array;
  readonly #compression: number;
  readonly #blocks = new Map<number, { readonly content: Buffer; readonly next: number }>();

  constructor(bytes: Uint8Array, compression: number) {
    this.#bytes = bytes;
    this.#compression = compression;
  }

  /** Bytes from a place in the block at an offset of the file. */
  async read(block: number, at: number, length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let left = length;
    let [place, from] = [block, at];
    while (left > 0) {
      const { content, next } = await this.#block(place);
      const piece = content.subarray(from, from + left);
      if (piece.length === 0 && from >= content.length && content.length < blockBytes)
        throw new RangeError('cut');
      pieces.push(piece);
      left -= piece.length;
      [place, from] = [next, Math.max(0, from - content.length)];
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  async #block(place: number) {
    const known = this.#blocks.get(place);
    if (known !== undefined) return known;
    const cursor = new ByteCursor(this.#bytes).from(place);
    const header = cursor.u16le();
    const packed = cursor.take(header & ~stored);
    const content = (header & stored) === 0 ? await unpacked(packed, this.#compression) : packed;
    if (content.length === 0 || content.length > blockBytes) throw new RangeError('damaged');
    const block = { content, next: cursor.at };
    this.#blocks.set(place, block);
    return block;
  }
}

function onSize(bytes: number): void {
  if (bytes > blockBytes) throw new RangeError('too large');
}

async function unpacked(packed: Buffer, compression: number): Promise<Buffer> {
  if (compression === 1) return inflated(packed);
  if (compression !== 4 && compression !== 6) throw new RangeError('a compression that is not read');
  const decoded = compression === 4 ? await decodeXz(packed, onSize) : await decodeZstd(packed, onSize);
  if (typeof decoded === 'string') throw new RangeError(decoded);
  return Buffer.from(decoded);
}

function inflated(packed: Buffer): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: blockBytes });
  } catch {
    throw new RangeError('damaged');
  }
}

interface Folder {
  readonly path: string;
  readonly block: number;
  readonly offset: number;
  readonly size: number;
}

function basicFolder(path: string, cursor: ByteCursor): Folder {
  const block = cursor.u32le();
  cursor.take(4);
  return { path, block, size: cursor.u16le(), offset: cursor.u16le() };
}

function extendedFolder(path: string, cursor: ByteCursor): Folder {
  cursor.take(4);
  const [size, block] = [cursor.u32le(), cursor.u32le()];
  cursor.take(6);
  return { path, block, size, offset: cursor.u16le() };
}

/** Basic types; the extended ones are 7 more. */
const typeNames = ['', 'directory', 'file', 'link', 'block device', 'character device', 'pipe', 'socket'];

class Lister {
  readonly #metadata: Metadata;
  readonly #superblock: Superblock;
  readonly #bytes: Uint8Array;
  readonly #most: number;
  readonly #listing = new Map<string, string>();
  readonly #pending: Folder[] = [];
  #ids: number[] = [];

  constructor(bytes: Uint8Array, superblock: Superblock, most: number) {
    this.#bytes = bytes;
    this.#metadata = new Metadata(bytes, superblock.compression);
    this.#superblock = superblock;
    this.#most = most;
  }

  async list(): Promise<ReadonlyMap<string, string>> {
    const { rootInode, ids, idTable } = this.#superblock;
    const table = new ByteCursor(this.#bytes).from(idTable);
    const first = Number(table.u64le());
    const read = await this.#metadata.read(first, 0, Math.min(ids, 2048) * 4);
    this.#ids = Array.from({ length: read.length / 4 }, (_, at) => read.readUInt32LE(at * 4));
    await this.#inode('.', Number(rootInode >> 16n), Number(rootInode & 0xffffn));
    for (let folder = this.#pending.pop(); folder !== undefined; folder = this.#pending.pop())
      await this.#folder(folder);
    return new Map([...this.#listing].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async #folder({ path, block, offset, size }: Folder): Promise<void> {
    if (size <= 3) return;
    const cursor = new ByteCursor(
      await this.#metadata.read(this.#superblock.directoryTable + block, offset, size - 3),
    );
    while (cursor.left > 0) {
      const [count, start] = [cursor.u32le() + 1, cursor.u32le()];
      cursor.take(4);
      for (let at = 0; at < count; at += 1) {
        const inode = cursor.u16le();
        cursor.take(4);
        const name = cursor.text(cursor.u16le() + 1);
        if (this.#listing.size >= this.#most) throw new RangeError('too many entries');
        await this.#inode(path === '.' ? name : `${path}/${name}`, start, inode);
      }
    }
  }

  async #inode(path: string, block: number, offset: number): Promise<void> {
    const place = this.#superblock.inodeTable + block;
    const head = new ByteCursor(await this.#metadata.read(place, offset, 16));
    const [type, mode, uid, gid] = [head.u16le(), head.u16le(), head.u16le(), head.u16le()];
    const time = head.u32le();
    const more = async (length: number) =>
      new ByteCursor((await this.#metadata.read(place, offset, 16 + length)).subarray(16));
    const detail = await this.#detail(path, type, more);
    const name = typeNames[type > 7 ? type - 7 : type];
    if (name === undefined || name === '' || this.#listing.has(path)) throw new RangeError('damaged');
    const owner = `${this.#ids[uid]}:${this.#ids[gid]}`;
    this.#listing.set(path, `${name} ${mode.toString(8)} ${owner} ${timeText(time)} ${detail}`.trimEnd());
  }

  /** What the type of an inode adds; the content of a directory is read later. */
  async #detail(path: string, type: number, more: (length: number) => Promise<ByteCursor>): Promise<string> {
    if (type === 1 || type === 8) {
      const cursor = await more(type === 1 ? 16 : 24);
      this.#pending.push(type === 1 ? basicFolder(path, cursor) : extendedFolder(path, cursor));
      return '';
    }
    if (type === 2) {
      const cursor = await more(16);
      cursor.take(12);
      return `${cursor.u32le()} bytes`;
    }
    if (type === 9) {
      const cursor = await more(16);
      cursor.take(8);
      return `${cursor.u64le()} bytes`;
    }
    if (type !== 3 && type !== 10) return '';
    const cursor = await more(8);
    cursor.take(4);
    const length = cursor.u32le();
    if (length > 65_536) throw new RangeError('damaged');
    const target = await more(8 + length);
    target.take(8);
    return `to ${target.text(length)}`;
  }
}
