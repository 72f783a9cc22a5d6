/** APKINDEX.tar.gz: the signed list of what a repository serves (apk-index(5); docs/melange/environment.md#apkindex). */

import { isSignatureName, parseSignature, type Signature } from '../apk/apk-signature.ts';
import { readGzipMembers } from '../apk/gzip-reader.ts';
import { defaultLimits } from '../apk/limits.ts';
import type { TarHeader } from '../apk/tar-header.ts';
import { TarReader } from '../apk/tar-reader.ts';
import { busy } from '../busy.ts';
import { Failure } from '../failure.ts';
import { type IndexRecords, scanRecords } from './records.ts';

export interface Index {
  readonly signatures: readonly Signature[];
  /** The compressed archive behind the signature, which the signatures sign. */
  readonly signedBytes: Uint8Array;
  readonly records: IndexRecords;
}

/** Wolfi's largest index so far had some 80 MiB of text. */
const mostBytes = 1024 * 1024 * 1024;

/**
 * Parses an index: the archive, or a signature section and the archive, as for a package. Anything else before the signed bytes is
 * refused, since it would pass for signed. Fails with `environment-invalid`; signatures are read, not verified.
 */
export async function parseIndex(bytes: Uint8Array): Promise<Index> {
  const members = await readMembers(bytes);
  const archive = members.at(-1);
  const text = archive?.files.get('APKINDEX');
  if (archive === undefined || text === undefined || members.length > 2) {
    throw new Failure('environment-invalid', 'the index of a repository has no APKINDEX in its place');
  }
  const front = members.length === 2 ? [...members[0]!.files] : [];
  const signatures = front.flatMap(([name, content]) => parseSignature(name, content) ?? []);
  if (!front.every(([name]) => isSignatureName(name)) || [...archive.files.keys()].some(isSignatureName)) {
    throw new Failure('environment-invalid', 'the index of a repository is not signed as apk does it');
  }
  return { signatures, signedBytes: bytes.subarray(archive.start), records: busy(() => scanRecords(text)) };
}

interface Member {
  readonly start: number;
  /** The files by name; the last one of each name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

async function readMembers(bytes: Uint8Array): Promise<Member[]> {
  const members: Member[] = [];
  let tar: TarReader;
  try {
    await readGzipMembers(
      [bytes],
      {
        begin: (_, start) => {
          const files = new FileCollector();
          members.push({ start, files: files.contents });
          tar = new TarReader(files, defaultLimits);
          return mostBytes;
        },
        compressed: () => undefined,
        inflated: (piece) => tar.write(piece),
        end: () => void tar.end(),
      },
      { limit: defaultLimits.ratio, floor: defaultLimits.ratioFloor },
    );
  } catch (cause) {
    throw new Failure('environment-invalid', 'the index of a repository is damaged', { cause });
  }
  return members;
}

/** Collects each file in one piece of memory, of which only the part that is written to costs anything. */
class FileCollector {
  readonly contents = new Map<string, Uint8Array>();
  #name = '';
  #content = Buffer.alloc(0);
  #filled = 0;

  entry(header: TarHeader): void {
    if (header.size > mostBytes) throw new Failure('limit-exceeded', 'a file of an index is too large');
    this.#name = header.name;
    this.#content = Buffer.allocUnsafeSlow(header.size);
    this.#filled = 0;
  }

  content(bytes: Uint8Array): void {
    this.#content.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  entryEnd(): void {
    this.contents.set(this.#name, this.#content.subarray(0, this.#filled));
  }
}
