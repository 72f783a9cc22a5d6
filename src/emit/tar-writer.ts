/**
 * Tar headers byte for byte as Go's archive/tar writes them: ustar where it can hold everything, else a pax header in
 * front (rules observed from Go 1.19 to 1.26; performance notes of melange's packager).
 */
import { compareBytes, encodeBytes, trimmedEnd } from '../bytes.ts';

export interface TarEntry {
  readonly name: string;
  /** Type flag, one character. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  readonly size: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  readonly linkname: string;
  readonly devmajor: number;
  readonly devminor: number;
  /** Further pax records; values are binary. */
  readonly pax: ReadonlyMap<string, Uint8Array>;
}

const block = 512;

/** The zero blocks of a closed archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * block);

/** Header blocks of an entry, its pax header included. */
export function tarHeader(entry: TarEntry): Uint8Array {
  const name = encodeBytes(entry.name);
  const needed = neededRecords(entry, name);
  const split = splitUstar(name);
  const needsPax =
    entry.pax.size > 0 || [...needed.keys()].some((key) => key !== 'path' || split === undefined);
  if (!needsPax) return ustarHeader(entry, split?.name ?? name, split?.prefix ?? empty);
  const records = paxRecords(new Map([...entry.pax, ...needed]));
  return Buffer.concat([
    paxHeader(name, records.length),
    padded(records),
    ustarHeader(entry, ascii(name), empty),
  ]);
}

/** Zero bytes from the end of content to the next block. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((block - (size % block)) % block);
}

const empty = Buffer.alloc(0);

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, tarPadding(bytes.length)]);
}

/** Values that ustar fields cannot hold, by pax key. */
function neededRecords(entry: TarEntry, name: Buffer): Map<string, Uint8Array> {
  const needed = new Map<string, Uint8Array>();
  const texts = [
    ['path', name, 100],
    ['linkpath', encodeBytes(entry.linkname), 100],
    ['uname', encodeBytes(entry.uname), 32],
    ['gname', encodeBytes(entry.gname), 32],
  ] as const;
  for (const [key, bytes, room] of texts) {
    if (bytes.length > room || !isAscii(bytes)) needed.set(key, bytes);
  }
  const numbers = [
    ['uid', entry.uid, 7],
    ['gid', entry.gid, 7],
    ['size', entry.size, 11],
    ['mtime', entry.mtime, 11],
  ] as const;
  for (const [key, value, digits] of numbers) {
    if (!fitsOctal(value, digits)) needed.set(key, Buffer.from(String(value)));
  }
  return needed;
}

function fitsOctal(value: number, digits: number): boolean {
  return value >= 0 && value < 8 ** digits;
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function ascii(bytes: Buffer): Buffer {
  return isAscii(bytes) ? bytes : Buffer.from(bytes.filter((byte) => byte < 0x80));
}

/** Name and prefix of a long path: the longest prefix that ends at a slash and leaves a name of at most 100 bytes. */
function splitUstar(name: Buffer): { name: Buffer; prefix: Buffer } | undefined {
  if (name.length <= 100 || !isAscii(name)) return undefined;
  const last = name.length > 156 ? 156 : name.at(-1) === 0x2f ? name.length - 1 : name.length;
  const slash = name.subarray(0, last).lastIndexOf(0x2f);
  const rest = name.length - slash - 1;
  if (slash <= 0 || slash > 155 || rest === 0 || rest > 100) return undefined;
  return { name: name.subarray(slash + 1), prefix: name.subarray(0, slash) };
}

/** `<length> <key>=<value>\n` in the order of the keys; the length counts itself. */
function paxRecords(records: ReadonlyMap<string, Uint8Array>): Buffer {
  const keys = [...records.keys()].sort(compareBytes);
  return Buffer.concat(
    keys.map((key) => {
      const body = Buffer.concat([encodeBytes(` ${key}=`), records.get(key)!, Buffer.from('\n')]);
      let length = body.length + String(body.length).length;
      if (String(length).length + body.length !== length) length = body.length + String(length).length;
      return Buffer.concat([Buffer.from(String(length)), body]);
    }),
  );
}

/** The header block before pax records: named after the entry, everything else is zero. */
function paxHeader(name: Buffer, size: number): Buffer {
  const path = name.toString('latin1');
  const slash = path.lastIndexOf('/') + 1;
  const full = cleanPath(`${path.slice(0, slash)}PaxHeaders.0/${path.slice(slash)}`);
  const cut = ascii(Buffer.from(full, 'latin1')).toString('latin1', 0, 100);
  const header = Buffer.alloc(block);
  text(header, 0, 100, Buffer.from(trimmedEnd(cut, '/'), 'latin1'));
  octal(header, 100, 7, 0);
  octal(header, 108, 7, 0);
  octal(header, 116, 7, 0);
  octal(header, 124, 11, size);
  octal(header, 136, 11, 0);
  header.write('x', 156);
  return sealed(header);
}

/** The shortest path to the same place (Go's path.Clean). */
function cleanPath(path: string): string {
  const parts: string[] = [];
  const [root] = /^\/?/.exec(path)!;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || parts.length === 0 || parts.at(-1) === '..') parts.push(part);
    else parts.pop();
  }
  while (root === '/' && parts[0] === '..') parts.shift();
  return root + parts.join('/') || '.';
}

function ustarHeader(entry: TarEntry, name: Buffer, prefix: Buffer): Buffer {
  const header = Buffer.alloc(block);
  text(header, 0, 100, name);
  octal(header, 100, 7, entry.mode);
  octal(header, 108, 7, entry.uid);
  octal(header, 116, 7, entry.gid);
  octal(header, 124, 11, entry.size);
  octal(header, 136, 11, entry.mtime);
  header.write(entry.type, 156, 'latin1');
  text(header, 157, 100, ascii(encodeBytes(entry.linkname)));
  text(header, 265, 32, ascii(encodeBytes(entry.uname)));
  text(header, 297, 32, ascii(encodeBytes(entry.gname)));
  octal(header, 329, 7, entry.devmajor);
  octal(header, 337, 7, entry.devminor);
  prefix.copy(header, 345);
  return sealed(header);
}

/**
 * Writes as much of a text as there is room for. Old readers take a file whose name ends with a slash for a directory: where the cut leaves
 * trailing slashes, the first of them is replaced with a zero byte.
 */
function text(header: Buffer, at: number, room: number, bytes: Buffer): void {
  const kept = bytes.subarray(0, room);
  kept.copy(header, at);
  if (bytes.length === kept.length || kept.at(-1) !== 0x2f) return;
  header[at + trimmedEnd(kept.toString('latin1'), '/').length] = 0;
}

/** Writes digits and a zero byte; a number that does not fit is written as 0, and its value is in a pax record. */
function octal(header: Buffer, at: number, digits: number, value: number): void {
  const fitting = fitsOctal(value, digits) ? value : 0;
  header.write(`${fitting.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
}

/** Adds the magic and the check sum: six digits, zero byte, space. */
function sealed(header: Buffer): Buffer {
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
