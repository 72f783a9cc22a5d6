/**
 * Packages of environments, each unpacked once and kept: the files, and what the entries say. Environments are made of links to these
 * files, so that packages shared by many environments take space and unpacking time once.
 */
import type { Apk } from '../../apk/apk.ts';
import { EntryRules } from '../../apk/entry-rules.ts';
import { parsePkgInfo } from '../../apk/pkginfo.ts';
import { readApk } from '../../apk/read-apk.ts';
import type { TarHeader } from '../../apk/tar-header.ts';
import type { ByteSource } from '../../byte-source.ts';
import { diskPath } from '../../bytes.ts';
import type { Sha1, Sha256 } from '../../digest.ts';
import { EntryFiles } from './entry-file.ts';
import { type GuestShelf, guestDescription, keepGuest, keptGuest } from './kept-guest.ts';
import type { ShelvedPackage } from './shelved-package.ts';
import { fileMode, ofEnvironment } from './unpack.ts';

/** The note as it is written beside the files; contents of records in base64. */
interface ShelfNote {
  readonly size: number;
  readonly controlSha1: Sha1;
  readonly pkginfo: string;
  readonly entries: readonly NotedEntry[];
}

type NotedEntry = readonly [
  type: string,
  name: string,
  linkname: string,
  mode: number,
  pax: readonly (readonly [key: string, value: string])[],
];

const shelfGeneration = 1;

/**
 * The package of a digest: the kept one, or unpacked now.
 * @param verify sees a package that is not kept yet, and must fail unless it is intact and has the digest
 */
export async function shelvedPackage(
  shelf: GuestShelf,
  { sha256, source }: { readonly sha256: Sha256; readonly source: ByteSource },
  verify: (apk: Apk) => void,
): Promise<ShelvedPackage> {
  const kept = keptGuest(shelf, `${sha256}.${shelfGeneration}`);
  const known = guestDescription(kept) as ShelfNote | undefined;
  const note = known ?? (await keepGuest(shelf, kept, (root) => unpackOnto(root, source, verify)));
  let files = 0;
  return {
    size: note.size,
    controlSha1: note.controlSha1,
    pkginfo: parsePkgInfo(Buffer.from(note.pkginfo, 'base64')),
    entries: note.entries.map(([type, name, linkname, mode, pax]) => {
      const records = pax.map(([key, value]) => ({
        key,
        value: Uint8Array.from(Buffer.from(value, 'base64')),
      }));
      const file = type === '0' ? diskPath(kept, `root/${files}`) : undefined;
      if (file !== undefined) files += 1;
      return { entry: { type, name, linkname, mode, pax: records }, file };
    }),
  };
}

async function unpackOnto(root: string, source: ByteSource, verify: (apk: Apk) => void): Promise<ShelfNote> {
  const writer = new ShelfWriter(root);
  try {
    const apk = await readApk(source, { dataSink: writer });
    verify(apk);
    const pkginfo = apk.control.entries.find(({ name }) => name === '.PKGINFO')?.content;
    return {
      size: apk.size,
      controlSha1: apk.control.sha1,
      pkginfo: Buffer.from(pkginfo ?? '').toString('base64'),
      entries: writer.entries,
    };
  } catch (failure) {
    throw ofEnvironment(failure, `${source.name} of the environment`);
  } finally {
    writer.close();
  }
}

/** Writes the files of a data section under their numbers: no name that the package chose reaches the disk. */
class ShelfWriter extends EntryFiles {
  readonly entries: NotedEntry[] = [];
  readonly #root: string;
  readonly #rules = new EntryRules();
  #files = 0;

  constructor(root: string) {
    super();
    this.#root = root;
  }

  entry(header: TarHeader): void {
    this.#rules.accept(header);
    const { type, name, linkname, mode, pax } = header;
    const records = pax.map(({ key, value }) => [key, Buffer.from(value).toString('base64')] as const);
    this.entries.push([type, name, linkname, mode, records]);
    if (type !== '0') return;
    this.begin(diskPath(this.#root, String(this.#files)), fileMode(mode));
    this.#files += 1;
  }
}
