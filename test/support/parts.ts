/**
 * A package taken apart so that one thing can be changed, and put together again with every digest right and signed with the
 * lab's key. Of unchanged parts the published file comes out, where its encoders are known.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Apk, Section } from '../../src/apk/apk.ts';
import type { ApkEntry } from '../../src/apk/apk-entry.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { decodeBytes, encodeBytes } from '../../src/bytes.ts';
import { sha1, sha256 } from '../../src/digest.ts';
import { agreeingEncoders, gzipGo, gzipKlauspost, pgzip } from '../../src/emit/deflate/encoders.ts';
import { checksumKey } from '../../src/emit/tar-entries.ts';
import { type TarEntry, tarHeader, tarPadding } from '../../src/emit/tar-writer.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import type { DeflateEncoder } from '../../src/melange/deflate-encoder.ts';
import { lab } from './lab.ts';

export interface PartEntry extends TarEntry {
  readonly content: Uint8Array;
}

export interface Parts {
  readonly signature: readonly PartEntry[];
  readonly control: readonly PartEntry[];
  readonly data: readonly PartEntry[];
}

export type SectionName = keyof Parts;

/** How the parts become sections; the defaults are what the package itself has. */
export interface Packing {
  /** Of klauspost's encoder, where that wrote the data section. */
  readonly deflate: DeflateEncoder;
  readonly compress: (section: SectionName, tar: Uint8Array) => Promise<Uint8Array>;
  /** Sees each archive before it is compressed. */
  readonly alter: (section: SectionName, tar: Uint8Array) => Uint8Array;
  /** Behind the last entry of a section. */
  readonly end: (section: SectionName) => Uint8Array;
  /** Entries of the signature section for the control section as it will be. */
  readonly signing: (control: Uint8Array) => readonly PartEntry[];
  /** The checksum records of files and links are made right. */
  readonly checksums: boolean;
  /** `datahash` in .PKGINFO is made right. */
  readonly datahash: boolean;
}

const computedRecords = new Set(['path', 'linkpath', 'uname', 'gname', 'uid', 'gid', 'size', 'mtime']);
const labKey: KeyObject = createPrivateKey(readFileSync(join(lab, 'lab.rsa')));

/** The package with every content in memory. */
export function readWhole(path: string): Promise<Apk> {
  return readApk(fileSource(path), { keep: () => true, headBytes: wholeHead });
}

const wholeHead = 64 * 1024 * 1024;

export async function takeApart(bytes: Uint8Array): Promise<{ parts: Parts; packing: Packing }> {
  const open = async function* () {
    yield bytes;
  };
  const apk = await readApk({ name: 'published', open }, { keep: () => true, headBytes: wholeHead });
  const parts = {
    signature: partsOf(apk.signature),
    control: partsOf(apk.control),
    data: partsOf(apk.data),
  };
  return { parts, packing: packingOf(apk, parts) };
}

function partsOf(section: Section | undefined): PartEntry[] {
  return (section?.entries ?? []).map((entry) => partOf(entry));
}

function partOf(entry: ApkEntry): PartEntry {
  const records = entry.pax.filter(({ key }) => !computedRecords.has(key));
  return {
    ...entry,
    pax: new Map(records.map(({ key, value }) => [key, value])),
    content: entry.content ?? new Uint8Array(0),
  };
}

function packingOf(apk: Apk, parts: Parts): Packing {
  const deflate = encoderOf(apk);
  const encode = async (name: SectionName, tar: Uint8Array) => {
    // Only Go's own gzip leaves the time at zero.
    if (apk[name]?.gzip.mtime === 0) return gzipGo(tar);
    return name === 'data' ? joined(pgzip([tar], { encoder: deflate })) : gzipKlauspost(tar, deflate);
  };
  const unchanged = new Map<SectionName, Promise<Uint8Array>>();
  return {
    deflate,
    compress: (name, tar) => {
      if (apk[name] === undefined || sha256(tar) !== apk[name].tarSha256) return encode(name, tar);
      const known = unchanged.get(name) ?? encode(name, tar);
      unchanged.set(name, known);
      return known;
    },
    end: (name) => new Uint8Array(512 * (apk[name]?.tar.zeroBlocks ?? 0)),
    signing: (control) =>
      sha256(control) === apk.control.sha256
        ? parts.signature
        : parts.signature.map((entry) => signed(entry, control)),
    checksums: true,
    datahash: true,
    alter: (_, tar) => tar,
  };
}

/** The newest that writes this data section; sections of one window of the encoder are the same in all. */
function encoderOf({ data: { head } }: Apk): DeflateEncoder {
  const newest = 'v1.18.2';
  if (head.inflated.length < 65_536) return newest;
  return agreeingEncoders(head.inflated, head.compressed, true, 'pgzip').at(-1) ?? newest;
}

/** The bytes of a package after a change of its parts; digests follow from it. */
export async function repack(path: string, change: (parts: Parts) => Parts): Promise<Uint8Array> {
  const { parts, packing } = await takeApart(readFileSync(path));
  return putTogether(change(parts), packing);
}

export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** The entry with the lab's own signature over a control section, by the algorithm that its name says. */
export function signed(entry: PartEntry, control: Uint8Array): PartEntry {
  const digest = entry.name.startsWith('.SIGN.RSA256.') ? 'RSA-SHA256' : 'RSA-SHA1';
  return withContent(entry, sign(digest, control, labKey));
}

export function withContent(entry: PartEntry, content: Uint8Array): PartEntry {
  return { ...entry, content, size: content.length };
}

/** The whole file. */
export async function putTogether(parts: Parts, packing: Packing): Promise<Uint8Array> {
  const section = (name: SectionName, entries: readonly PartEntry[]) =>
    packing.compress(name, packing.alter(name, tarOf(entries, packing.end(name))));
  const data = await section('data', packing.checksums ? parts.data.map(withChecksum) : parts.data);
  const control = await section(
    'control',
    packing.datahash ? parts.control.map((entry) => withDatahash(entry, data)) : parts.control,
  );
  if (parts.signature.length === 0) return Buffer.concat([control, data]);
  return Buffer.concat([await section('signature', packing.signing(control)), control, data]);
}

function tarOf(entries: readonly PartEntry[], end: Uint8Array): Uint8Array {
  return Buffer.concat([
    ...entries.flatMap((entry) => [tarHeader(entry), entry.content, tarPadding(entry.content.length)]),
    end,
  ]);
}

function withChecksum(entry: PartEntry): PartEntry {
  // That of a hard link is of the file that it leads to.
  if (!entry.pax.has(checksumKey) || entry.type === '1') return entry;
  const digest = sha1(entry.type === '2' ? encodeBytes(entry.linkname) : entry.content);
  return { ...entry, pax: new Map([...entry.pax, [checksumKey, Buffer.from(digest)]]) };
}

/** A byte of an archive changed; the check sum of its header is made right again. */
export function withTarByte(tar: Uint8Array, at: number, mask: number): Uint8Array {
  const changed = Buffer.from(tar);
  changed[at]! ^= mask;
  const header = changed.subarray(at - (at % 512), at - (at % 512) + 512);
  if (header.subarray(257, 262).toString('latin1') !== 'ustar' || header.length < 512) return changed;
  if (at % 512 >= 148 && at % 512 < 156) return changed;
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

function withDatahash(entry: PartEntry, data: Uint8Array): PartEntry {
  if (entry.name !== '.PKGINFO') return entry;
  const text = decodeBytes(entry.content).replace(/^datahash = .*$/m, `datahash = ${sha256(data)}`);
  return withContent(entry, encodeBytes(text));
}

export function textOf(entry: PartEntry): string {
  return decodeBytes(entry.content);
}

export function withText(entry: PartEntry, text: string): PartEntry {
  return withContent(entry, encodeBytes(text));
}

/** The parts with `size` of .PKGINFO right for a tree of which this much more is counted. */
export function withSize(parts: Parts, added: number): Parts {
  return changeControl(parts, '.PKGINFO', (entry) =>
    withText(
      entry,
      textOf(entry).replace(/^size = (\d+)$/m, (_, size: string) => `size = ${Number(size) + added}`),
    ),
  );
}

export function changeControl(parts: Parts, name: string, change: (entry: PartEntry) => PartEntry): Parts {
  return { ...parts, control: parts.control.map((entry) => (entry.name === name ? change(entry) : entry)) };
}

export function changeData(parts: Parts, index: number, change: (entry: PartEntry) => PartEntry): Parts {
  return { ...parts, data: parts.data.map((entry, at) => (at === index ? change(entry) : entry)) };
}

/** The parts with other entries in the data section; `size` of .PKGINFO follows, counted as on ext4. */
export function withData(parts: Parts, data: readonly PartEntry[]): Parts {
  return withSize({ ...parts, data }, countedBytes(data) - countedBytes(parts.data));
}

const folderBytes = 4096;

function countedBytes(entries: readonly PartEntry[]): number {
  return entries.reduce((sum, { type, linkname, content }) => {
    if (type === '5') return sum + folderBytes;
    return sum + (type === '2' ? encodeBytes(linkname).length : content.length);
  }, 0);
}

/** The same package with another SBOM; `size` follows. */
export function withSbom(parts: Parts, change: (text: string) => string): Parts {
  return withData(
    parts,
    parts.data.map((entry) => (isSbom(entry) ? withText(entry, change(textOf(entry))) : entry)),
  );
}

export function isSbom({ name }: PartEntry): boolean {
  return name.endsWith('.spdx.json');
}
