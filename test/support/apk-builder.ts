/** Packages put together from parts, by a tar writer of its own: what the parsers are held against, and what they must refuse. */
import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Apk } from '../../src/apk/apk.ts';
import { type PublicKey, parsePublicKey } from '../../src/apk/apk-signature.ts';
import { type ReadOptions, readApk } from '../../src/apk/read-apk.ts';
import type { ByteSource } from '../../src/byte-source.ts';

export interface Part {
  readonly name: string;
  readonly type?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly uname?: string;
  readonly gname?: string;
  readonly mtime?: number;
  readonly link?: string;
  readonly content?: string | Uint8Array;
  readonly major?: number;
  readonly minor?: number;
  readonly pax?: readonly (readonly [key: string, value: string | Uint8Array])[];
  /** Bytes to put into the finished header, by offset; the check sum is made again. */
  readonly patches?: readonly (readonly [offset: number, bytes: string | Uint8Array])[];
}

const block = 512;

export function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((block - (bytes.length % block)) % block)]);
}

/** Writes the check sum of a header block into it. */
export function sealed(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function headerBlock(part: Part, size: number): Buffer {
  const header = Buffer.alloc(block);
  const octal = (at: number, digits: number, value: number) =>
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  Buffer.from(part.name).copy(header, 0, 0, 100);
  octal(100, 7, part.mode ?? 0o644);
  octal(108, 7, part.uid ?? 0);
  octal(116, 7, part.gid ?? 0);
  octal(124, 11, size);
  octal(136, 11, part.mtime ?? 0);
  header.write(part.type ?? '0', 156, 'latin1');
  Buffer.from(part.link ?? '').copy(header, 157, 0, 100);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(part.uname ?? 'root', 265, 'latin1');
  header.write(part.gname ?? 'root', 297, 'latin1');
  octal(329, 7, part.major ?? 0);
  octal(337, 7, part.minor ?? 0);
  for (const [at, bytes] of part.patches ?? []) Buffer.from(bytes).copy(header, at);
  return sealed(header);
}

/** `<length> <key>=<value>\n`, the length counting itself. */
export function paxRecord(key: string, value: string | Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

/** One entry: pax header where there are records, header, content, padding. */
export function entryOf(part: Part): Buffer {
  const content = Buffer.from(part.content ?? '');
  const records = Buffer.concat((part.pax ?? []).map(([key, value]) => paxRecord(key, value)));
  const pax =
    records.length === 0 ? [] : [headerBlock({ name: 'PaxHeaders.0/x', type: 'x' }, records.length)];
  return Buffer.concat([...pax, padded(records), headerBlock(part, content.length), padded(content)]);
}

const tarEnd: Buffer = Buffer.alloc(2 * block);

/** An archive; closed by two zero blocks where it is said so. */
export function tarOf(parts: readonly Part[], closed = true): Buffer {
  return Buffer.concat([...parts.map(entryOf), ...(closed ? [tarEnd] : [])]);
}

/** A regular file with the checksum that apk wants. */
export function fileOf(name: string, content: string | Uint8Array, more: Partial<Part> = {}): Part {
  const checksum = createHash('sha1').update(content).digest('hex');
  return {
    name,
    content,
    pax: [['APK-TOOLS.checksum.SHA1', checksum], ...(more.pax ?? [])],
    ...omitPax(more),
  };
}

function omitPax({ pax: _, ...rest }: Partial<Part>): Partial<Part> {
  return rest;
}

export function directoryOf(name: string, mode = 0o755): Part {
  return { name, type: '5', mode };
}

export function linkOf(name: string, link: string): Part {
  const checksum = createHash('sha1').update(link).digest('hex');
  return { name, type: '2', mode: 0o777, link, pax: [['APK-TOOLS.checksum.SHA1', checksum]] };
}

export interface Key {
  readonly name: string;
  readonly private: KeyObject;
  readonly public: PublicKey;
}

/** Each takes as long to make as many tests take, so after the first few of a process the same ones come again. */
const pairs: KeyPairKeyObjectResult[] = [];
const mostPairs = 3;
let taken = 0;

function takePair() {
  const pair = pairs[taken % mostPairs] ?? generateKeyPairSync('rsa', { modulusLength: 1024 });
  pairs[taken % mostPairs] = pair;
  taken += 1;
  return pair;
}

/** A key under a name. Three that are made one after the other are three keys. */
export function makeKey(name: string): Key {
  const pair = takePair();
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
  return { name, private: pair.privateKey, public: parsePublicKey(name, Buffer.from(pem)) };
}

export interface ApkParts {
  readonly pkginfo?: readonly string[];
  /** Further files of the control section. */
  readonly control?: readonly Part[];
  readonly data?: readonly Part[];
  readonly key?: Key;
  readonly algorithm?: 'RSA' | 'RSA256';
  /** Takes the place of the data section's gzip member. */
  readonly dataMember?: Buffer;
}

export const usualPkgInfo: readonly string[] = [
  'pkgname = sample',
  'pkgver = 1.0-r0',
  'arch = x86_64',
  'size = 0',
];

/** A sound package, unless the parts say otherwise: `datahash` is added where no line has one. */
export function apkOf(parts: ApkParts = {}): Buffer {
  const data = parts.dataMember ?? gzipSync(tarOf(parts.data ?? []));
  const lines = [...(parts.pkginfo ?? usualPkgInfo)];
  if (!lines.some((line) => line.startsWith('datahash')))
    lines.push(`datahash = ${createHash('sha256').update(data).digest('hex')}`);
  const pkginfo = lines.filter((line) => line !== 'datahash').map((line) => `${line}\n`);
  const files = [{ name: '.PKGINFO', content: pkginfo.join('') }, ...(parts.control ?? [])];
  const control = gzipSync(tarOf(files, false));
  const signature = parts.key === undefined ? [] : [signatureOf(control, parts.key, parts.algorithm)];
  return Buffer.concat([...signature, control, data]);
}

/** The gzip member of a signature over bytes. */
export function signatureOf(signed: Uint8Array, key: Key, algorithm: 'RSA' | 'RSA256' = 'RSA256'): Buffer {
  const sign = createSign(algorithm === 'RSA' ? 'RSA-SHA1' : 'RSA-SHA256');
  const content = sign.update(signed).sign(key.private);
  return gzipSync(tarOf([{ name: `.SIGN.${algorithm}.${key.name}`, content }], false));
}

/** Bytes as a source, in pieces of at most so many. */
export function sourceOf(bytes: Uint8Array, most = 65_536, name = 'sample-1.0-r0.apk'): ByteSource {
  return { name, open: () => piecesOf(bytes, most) };
}

async function* piecesOf(bytes: Uint8Array, most: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += most) yield bytes.subarray(at, at + most);
}

export function readParts(parts: ApkParts, options: ReadOptions = {}): Promise<Apk> {
  return readApk(sourceOf(apkOf(parts)), options);
}
