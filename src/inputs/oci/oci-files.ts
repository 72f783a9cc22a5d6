/** The files of an OCI image layout by name: a folder, or a tar archive of one. */
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { entryPath } from '../../apk/entry-rules.ts';
import type { TarHeader } from '../../apk/tar-header.ts';
import { TarReader } from '../../apk/tar-reader.ts';
import { Failure } from '../../failure.ts';

export interface LayoutFile {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/** A file of a layout by its path inside; undefined where there is none. */
export type LayoutFiles = (path: string) => LayoutFile | undefined;

const pieceBytes = 256 * 1024;
const archiveBounds = {
  entries: 100_000,
  pathBytes: 4096,
  paxBytes: 1024 * 1024,
  headerBytes: 256 * 1024 * 1024,
  foreign: true,
};

/** Fails with `environment-invalid` for an archive that cannot be read. */
export async function openLayoutFiles(path: string): Promise<LayoutFiles> {
  if (statSync(path).isDirectory()) return (name) => fileAt(join(path, name));
  const places = await listArchive(path);
  return (name) => places.get(name);
}

function fileAt(path: string): LayoutFile | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  return { size: stat.size, open: () => createReadStream(path, { highWaterMark: pieceBytes }) };
}

/** The positions of the contents in the archive, from which they are read. */
async function listArchive(path: string): Promise<Map<string, LayoutFile>> {
  const places = new Map<string, LayoutFile>();
  const entry = (header: TarHeader) => {
    if (header.type !== '0') return;
    const start = header.offset + header.raw.length;
    const { size } = header;
    const open = () =>
      createReadStream(path, { start, end: start + Math.max(0, size - 1), highWaterMark: pieceBytes });
    places.set(entryPath(header).replace(/^(\.\/)+/, ''), { size, open });
  };
  const reader = new TarReader({ entry, content: () => undefined, entryEnd: () => undefined }, archiveBounds);
  try {
    for await (const piece of createReadStream(path, { highWaterMark: pieceBytes }))
      reader.write(piece as Buffer);
    reader.end();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    throw new Failure('environment-invalid', `${path} is not an image layout: ${failure.message}`, {
      cause: failure,
    });
  }
  return places;
}
