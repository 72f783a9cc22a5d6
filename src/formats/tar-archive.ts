/** The gateway to the `tar-stream` package: the entries of a tar inside a package, in memory. */
import { createRequire } from 'node:module';
import type { Header } from 'tar-stream';
import { Failure } from '../failure.ts';

type TarStream = typeof import('tar-stream');

/** Loaded when first needed. */
const require = createRequire(import.meta.url);

export interface TarEntry {
  readonly header: Header;
  /** All header blocks of the entry. */
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
}

export interface TarArchive {
  readonly entries: readonly TarEntry[];
  /** What follows the last entry. */
  readonly end: Uint8Array;
}

const block = 512;

/** The entries in order; undefined for bytes that are not a tar archive. Fails with `limit-exceeded` beyond a number of entries. */
export async function readTar(archive: Uint8Array, most: number): Promise<TarArchive | undefined> {
  const { extract }: TarStream = require('tar-stream');
  const reader = extract();
  reader.on('error', () => undefined);
  reader.end(archive);
  const entries: TarEntry[] = [];
  let end = 0;
  try {
    for await (const source of reader) {
      if (entries.length === most) throw new Failure('limit-exceeded', 'a tar has too many entries');
      const start = source.offset + block;
      const size = hasContent(source.header) ? source.header.size : 0;
      entries.push({
        header: source.header,
        raw: archive.subarray(end, start),
        content: archive.subarray(start, start + size),
      });
      end = start + Math.ceil(size / block) * block;
      // Bytes are taken from the archive itself; the reader continues once they were consumed.
      source.on('data', () => undefined);
    }
  } catch (failure) {
    if (failure instanceof Failure) throw failure;
    return undefined;
  }
  return { entries, end: archive.subarray(Math.min(end, archive.length)) };
}

/** Whether an entry has content, as the reader decides it: it skips the bytes of everything but directories. */
function hasContent({ type }: Header): boolean {
  return type !== 'directory';
}
