/**
 * The zip that yarn 4 makes of a tarball, and whose SHA-512 stands in its lock file (github.com/yarnpkg/berry, packages/yarnpkg-core/sources/tgzUtils.ts, with
 * the layout of libzip). Nothing in it is compressed, and everything has one time, so it follows from the tarball alone.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { encodeBytes } from '../bytes.ts';
import { type Content, mostInflated } from '../formats/content.ts';
import { gunzipFile } from '../formats/gunzip.ts';
import { readTar, type TarEntry } from '../formats/tar-archive.ts';
import type { Unpacking } from './unpacking.ts';

/** Without zip64 there are no more. */
const mostMembers = 65_535;
/** 1984-06-22 21:50:00 as DOS has it, time first. */
const safeTime = 0x08d6_ae40;
const [folderMode, plainMode, programMode] = [0o040755, 0o100644, 0o100755];

interface Member {
  readonly name: Buffer;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** SHA-512 in hex of the zip for a package of this name; undefined for a tarball that holds anything but plain files and folders, once each. */
export async function yarnZipHash(
  name: string,
  tarball: Content,
  archives: Unpacking,
): Promise<string | undefined> {
  const content = unpacked(tarball, archives);
  const tar = content === undefined ? undefined : await readTar(content, mostMembers);
  const members = tar === undefined ? undefined : membersOf(name, tar.entries);
  return members === undefined || members.length > mostMembers ? undefined : hashOf(members);
}

function unpacked(tarball: Content, archives: Unpacking): Uint8Array | undefined {
  return archives.within(mostInflated, (bound) => {
    const content = gunzipFile(tarball, bound);
    // What is not gzip is not unpacked.
    if (content === undefined) return { value: undefined, bytes: 0 };
    return content === 'damaged' ? undefined : { value: content, bytes: content.length };
  });
}

/** Folders come when something in them does; a second member of a name is not foreseen. */
function membersOf(name: string, entries: readonly TarEntry[]): Member[] | undefined {
  const members = new Map<string, Member>();
  const addFolders = (path: string) => {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      addFolder(path.slice(0, at + 1));
  };
  const addFolder = (path: string) => {
    if (!members.has(path))
      members.set(path, { name: encodeBytes(path), mode: folderMode, content: new Uint8Array(0) });
  };
  for (const { header, content } of entries) {
    const parts = header.name.split('/').filter((part) => part !== '' && part !== '.');
    if (header.name.startsWith('/') || parts.includes('..') || parts.length < 2) continue;
    const path = `node_modules/${name}/${parts.slice(1).join('/')}`;
    const isFolder = header.type === 'directory';
    if ((header.type !== 'file' && !isFolder) || members.has(path) || members.has(`${path}/`))
      return undefined;
    addFolders(path);
    if (isFolder) addFolder(`${path}/`);
    else {
      const mode = ((header.mode ?? 0) & 0o111) === 0 ? plainMode : programMode;
      members.set(path, { name: encodeBytes(path), mode, content });
    }
  }
  return [...members.values()];
}

function hashOf(members: readonly Member[]): string {
  const hash = createHash('sha512');
  const directory: Buffer[] = [];
  let [offset, directorySize] = [0, 0];
  for (const { name, mode, content } of members) {
    const common = commonFields(name, mode, content);
    hash.update('PK\x03\x04').update(common).update(name).update(content);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(mode * 0x10000, 6);
    place.writeUInt32LE(offset, 10);
    // Made on Unix (3) by version 6.3 of the format.
    directory.push(Buffer.from('PK\x01\x02\x3f\x03', 'latin1'), common, place, name);
    offset += 4 + common.length + name.length + content.length;
    directorySize += 6 + common.length + place.length + name.length;
  }
  for (const piece of directory) hash.update(piece);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(directorySize, 8);
  end.writeUInt32LE(offset, 12);
  return hash.update('PK\x05\x06').update(end).digest('hex');
}

/** What a local header and an entry of the directory have alike: 26 bytes. Folders need version 2.0 of the format. */
function commonFields(name: Buffer, mode: number, content: Uint8Array): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(mode === folderMode ? 20 : 10, 0);
  // A name that is not ASCII is said to be UTF-8.
  if (name.some((byte) => byte >= 0x80)) fields.writeUInt16LE(0x0800, 2);
  fields.writeUInt32LE(safeTime, 6);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}
