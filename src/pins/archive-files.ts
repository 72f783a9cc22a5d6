/** Files of recorded archives that may hold pins. */
import { Failure } from '../failure.ts';
import { decodeBzip2 } from '../formats/bzip2.ts';
import { type Content, contentOf, mostCompressed, mostInflated, readBounded } from '../formats/content.ts';
import { gunzipFile, gzipMagic } from '../formats/gunzip.ts';
import { readTar } from '../formats/tar-archive.ts';
import { decodeXz, xzMagic } from '../formats/xz.ts';
import { readZip, type ZipMember } from '../formats/zip-members.ts';
import { decodeZstd, zstdMagic } from '../formats/zstd.ts';
import { pinParserFor } from './lock-files.ts';
import type { RecordedFile } from './recorded.ts';
import { mostOfSources, type Unpacked, Unpacking } from './unpacking.ts';

const mostEntries = 500_000;
const zipMagic = Buffer.from('PK\x03\x04', 'latin1');
const bzip2Magic = Buffer.from('BZh', 'latin1');
const [tarMagic, tarMagicAt] = ['ustar', 257];

/**
 * What of an archive is wanted, which is what may hold pins unless told otherwise: a tar, as it is or in gzip, xz, bzip2 or zstd, and a zip; a file of its own stands for itself. `name` is the first
 * part of the paths. An archive that is damaged or exceeds a limit is one file without content, and so is one for which nothing is left of what all
 * archives together may become.
 */
export async function* filesOfArchive(
  name: string,
  archive: Content,
  unpacking: Unpacking = new Unpacking(mostOfSources),
  isWanted: (path: string) => boolean = (path) => pinParserFor(path) !== undefined,
): AsyncGenerator<RecordedFile> {
  try {
    const files = await membersOf(name, archive, unpacking, isWanted);
    yield* files.filter(({ path }) => isWanted(path));
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    yield { path: name, size: archive.size, read: undefined };
  }
}

async function membersOf(
  name: string,
  archive: Content,
  unpacking: Unpacking,
  isWanted: (path: string) => boolean,
): Promise<readonly RecordedFile[]> {
  if (startsWith(archive, zipMagic)) {
    const members = unpacking.within(mostInflated, (bound) => unzipped(archive, isWanted, bound));
    if (members === undefined) throw unread();
    return members.map((member) => fileOf(`${name}/${member.name}`, member.bytes));
  }
  const content = await decompressed(archive, unpacking);
  const isTar = Buffer.from(content.read(tarMagicAt, tarMagic.length)).toString('latin1') === tarMagic;
  if (!isTar) return [fileOf(name, content.read(0, content.size))];
  const tar = await readTar(readBounded(content, 0, content.size, mostInflated), mostEntries);
  if (tar === undefined) throw unread();
  return tar.entries
    .filter(({ header }) => header.type === 'file' || header.type === 'contiguous-file')
    .map(({ header, content: bytes }) => fileOf(`${name}/${header.name}`, bytes));
}

function fileOf(path: string, bytes: Uint8Array): RecordedFile {
  return { path, size: bytes.length, read: async () => bytes };
}

function unzipped(
  archive: Content,
  isWanted: (path: string) => boolean,
  inflated: number,
): Unpacked<readonly ZipMember[]> | undefined {
  const members = readZip(archive, isWanted, inflated);
  if (members === undefined) return undefined;
  return { value: members, bytes: members.reduce((sum, { bytes }) => sum + bytes.length, 0) };
}

/** By the first bytes; as it is where they are of none of the kinds. */
async function decompressed(archive: Content, unpacking: Unpacking): Promise<Content> {
  const decode = decoders.find(([magic]) => startsWith(archive, magic))?.[1];
  if (decode === undefined) return archive;
  const decoded = await unpacking.withinLater(mostInflated, async (bound) => {
    const bytes = await decode(archive, bound);
    return bytes === undefined || typeof bytes === 'string'
      ? undefined
      : { value: bytes, bytes: bytes.length };
  });
  if (decoded === undefined) throw unread();
  return contentOf(decoded);
}

type Decode = (
  archive: Content,
  most: number,
) => Uint8Array | string | undefined | Promise<Uint8Array | string>;

const wholeOf = (archive: Content) => readBounded(archive, 0, archive.size, mostCompressed);

const decoders: readonly (readonly [magic: Uint8Array, decode: Decode])[] = [
  [gzipMagic, gunzipFile],
  [xzMagic, (archive, most) => decodeXz(wholeOf(archive), boundedSize(most))],
  [zstdMagic, (archive, most) => decodeZstd(wholeOf(archive), boundedSize(most))],
  [bzip2Magic, (archive, most) => decodeBzip2(wholeOf(archive), boundedSize(most))],
];

function boundedSize(most: number): (bytes: number) => void {
  let size = 0;
  return (bytes) => {
    size += bytes;
    if (size > most) throw unread();
  };
}

function startsWith(content: Content, magic: Uint8Array): boolean {
  return Buffer.from(magic).equals(content.read(0, magic.length));
}

/** Caught here; never seen. */
function unread(): Failure {
  return new Failure('build-limit', 'an archive cannot be read');
}
