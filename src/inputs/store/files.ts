/** Local files by location: hashing and reading in pieces, addresses through the store. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import type { ByteSource } from '../../byte-source.ts';
import { type Sha256, sha256Hasher } from '../../digest.ts';

const chunkBytes = 64 * 1024;

/** A local file as bytes that can be read again. */
export function fileSource(path: string): ByteSource {
  return { name: path, open: () => chunksOf(path) };
}

/** A stream costs more than a small file holds: such a file is read at once. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const stat = statSync(path);
  if (stat.isFile() && stat.size > 0 && stat.size <= chunkBytes) {
    const content = readFileSync(path);
    if (content.length > 0) yield content;
  } else yield* createReadStream(path, { highWaterMark: chunkBytes });
}

export async function hashFile(path: string): Promise<Sha256> {
  const hasher = sha256Hasher();
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hasher.update(chunk as Buffer);
  return hasher.digest();
}

/** The content of a small file; undefined where there is none. */
export function readSmallFile(path: string, mostBytes: number): Uint8Array | undefined {
  if (!existsSync(path)) return undefined;
  const { size } = statSync(path);
  return size > mostBytes ? undefined : readFileSync(path);
}

export function isAddress(location: string): boolean {
  return /^https?:\/\//i.test(location);
}
