/** Files that are not packages of apk version 2 at all, recognised by their first bytes: given by mistake, not damaged. */
import { isUtf8 } from 'node:buffer';
import { Failure } from '../failure.ts';

/** The number of bytes from the start that are looked at; a tar header has its magic at byte 257. */
export const formatBytes = 1024;

const bareTar = 'a tar archive that is not compressed';

/** Sources: magic(5) of file 5.45, unless a specification of the format is named. */
const magics: readonly (readonly [offset: number, magic: string, format: string])[] = [
  // apk-tools 3 src/adb.h: ADB_FORMAT_MAGIC, and the letters of compressed files.
  [0, 'ADB.', 'a package of apk version 3'],
  [0, 'ADBd', 'a package of apk version 3'],
  [0, 'ADBc', 'a package of apk version 3'],
  // deb(5).
  [8, 'debian-binary', 'a Debian package'],
  [0, '!<arch>\n', 'an ar archive'],
  [0, '\xed\xab\xee\xdb', 'an RPM package'],
  // The first entry of a zip file (APPNOTE.TXT 4.3.7).
  [30, 'AndroidManifest.xml', 'a package of Android'],
  [0, 'PK\x03\x04', 'a zip archive, as packages of Android are'],
  [0, 'PK\x05\x06', 'an empty zip archive'],
  [0, '\xfd7zXZ\0', 'an xz file'],
  [0, '\x28\xb5\x2f\xfd', 'a Zstandard file'],
  [0, 'BZh', 'a bzip2 file'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  [0, 'LZIP', 'an lzip file'],
  [0, '\x04\x22\x4d\x18', 'an LZ4 file'],
  [0, 'Rar!\x1a\x07', 'a RAR archive'],
  [0, '\x89PNG\r\n\x1a\n', 'a PNG image'],
  [0, '\xca\xfe\xba\xbe', 'a Java class or a Mach-O file'],
  [0, 'SQLite format 3\0', 'an SQLite database'],
  [0, 'PK\x07\x08', 'a part of a zip archive'],
  [0, '\xff\xfe', 'text in UTF-16'],
  [0, '\xfe\xff', 'text in UTF-16'],
  [0, '\x7fELF', 'an ELF file'],
  [0, '%PDF-', 'a PDF document'],
  [257, 'ustar', bareTar],
];

const plainText = 'text';

/**
 * What a file is that cannot be a package, by its first bytes; undefined where it may be one, whole or damaged. Files that begin with a gzip
 * member are not distinguished here.
 */
export function foreignFormat(head: Uint8Array): string | undefined {
  if (head.length === 0 || (head[0] === 0x1f && head[1] === 0x8b)) return undefined;
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, formatBytes)).toString(
    'latin1',
  );
  const magic = magics.find(([offset, bytes]) => text.startsWith(bytes, offset));
  if (magic !== undefined) return magic[2];
  if (!isText(head.subarray(0, formatBytes))) return undefined;
  return /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b/i.test(text) ? 'an HTML page' : plainText;
}

/** Whether bytes are printable UTF-8, of which the last character may be cut. */
function isText(head: Uint8Array): boolean {
  if (head.some((byte) => byte === 0x7f || (byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte))))
    return false;
  return [0, 1, 2, 3].some((cut) => cut < head.length && isUtf8(head.subarray(0, head.length - cut)));
}

/**
 * What the inflated content of a gzip member is; undefined for every tar archive, intact or damaged, and for plain text, which a damaged
 * header may look like.
 */
export function deflatedFormat(head: Uint8Array): string | undefined {
  const format = foreignFormat(head);
  if (format === undefined || format === bareTar || format === plainText) return undefined;
  return `${format}, compressed with gzip`;
}

export function unsupportedFormat(format: string): Failure {
  return new Failure('unsupported-format', `the file is not a package of apk version 2 but ${format}`);
}

/** Passes a file on once its first bytes may be those of a package. Fails with `unsupported-format`, and `malformed` where there are none. */
export async function* requirePossible(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (head === undefined) yield chunk;
    else {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length < formatBytes) continue;
      yield known(head);
      head = undefined;
    }
  }
  if (head !== undefined) yield known(head);
}

function known(head: Uint8Array): Uint8Array {
  if (head.length === 0) throw new Failure('malformed', 'the file is empty');
  const format = foreignFormat(head);
  if (format !== undefined) throw unsupportedFormat(format);
  return head;
}
