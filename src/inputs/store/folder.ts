/** Reads a folder of this machine as entries, without following any link. */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteSource } from '../../byte-source.ts';
import { compareBytes, decodeBytes } from '../../bytes.ts';
import { type Sha256, sha256, sha256Hasher } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { fileSource } from './files.ts';

export interface FolderEntry {
  /** The path relative to the folder, `/`-separated; empty for a single plain file. */
  readonly path: string;
  /** As in a tar: '0' file, '2' symbolic link, '3' and '4' devices, '5' directory, '6' FIFO. */
  readonly type: string;
  readonly mode: number;
  readonly linkname: string;
  readonly size: number;
  readonly sha256: Sha256;
  /** Only files have one. */
  readonly source: ByteSource | undefined;
}

/** Every entry below a folder, sorted by bytes of the path. Fails with `limit-exceeded` beyond a number of entries. */
export async function readFolder(folder: string, mostEntries: number): Promise<readonly FolderEntry[]> {
  const entries: FolderEntry[] = [];
  const pending = [''];
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    for (const name of readdirSync(join(folder, below), { encoding: 'buffer' })) {
      // A name that is not UTF-8 would be opened under a different one.
      const text = decodeBytes(name);
      const path = below === '' ? text : `${below}/${text}`;
      const entry = await readEntry(join(folder, below, name.toString('utf8')), path);
      entries.push(entry);
      if (entry.type === '5') pending.push(path);
      if (entries.length > mostEntries) throw new Failure('limit-exceeded', 'a folder has too many entries');
    }
  }
  return entries.sort((a, b) => compareBytes(a.path, b.path));
}

/** A single file as an entry. */
export function readPlainFile(path: string): Promise<FolderEntry> {
  return readEntry(path, '');
}

const emptySha256 = sha256(new Uint8Array(0));

async function readEntry(location: string, path: string): Promise<FolderEntry> {
  const stat = lstatSync(location);
  const common = {
    path,
    mode: stat.mode & 0o7777,
    linkname: '',
    size: 0,
    sha256: emptySha256,
    source: undefined,
  };
  if (stat.isSymbolicLink()) {
    return { ...common, type: '2', linkname: decodeBytes(readlinkSync(location, { encoding: 'buffer' })) };
  }
  if (stat.isDirectory()) return { ...common, type: '5' };
  if (!stat.isFile()) return { ...common, type: stat.isFIFO() ? '6' : stat.isBlockDevice() ? '4' : '3' };
  const source = fileSource(location);
  const hasher = sha256Hasher();
  let size = 0;
  for await (const chunk of source.open()) {
    hasher.update(chunk);
    size += chunk.length;
  }
  return { ...common, type: '0', size, sha256: hasher.digest(), source };
}
