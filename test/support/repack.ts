/** A published package taken apart, changed and put together again: sound in every digest, signed with the lab's key. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Apk, type ApkEntry, readApk } from '../../src/apk/apk.ts';
import { parseSigningKey, signBytes } from '../../src/apk/private-key.ts';
import { readClaim } from '../../src/claim/claim.ts';
import { formatOfTraits } from '../../src/claim/traits/traits.ts';
import { sha1, sha256 } from '../../src/digest.ts';
import { gzipKlauspost, pgzip } from '../../src/emit/deflate/index.ts';
import { deflateInference } from '../../src/emit/deflate-trait.ts';
import { emitSignature } from '../../src/emit/sections.ts';
import { tarEnd, tarHeader, tarPadding } from '../../src/emit/tar.ts';
import { fileSource } from '../../src/inputs/files.ts';
import { lab } from './lab.ts';

/** A file or directory of the data section. */
export interface Packed {
  readonly header: Omit<Parameters<typeof tarHeader>[0], 'size'>;
  readonly content: Uint8Array;
}

const headBytes = 64 * 1024 * 1024;

export function readWhole(path: string): Promise<Apk> {
  return readApk(fileSource(path), { keep: () => true, headBytes });
}

export interface Changes {
  readonly data?: (entries: readonly Packed[]) => readonly Packed[];
  readonly recipe?: (text: string) => string;
  readonly unsigned?: boolean;
}

/** The bytes of a package after changes; `size` and digests follow from them. */
export async function repack(path: string, changes: Changes = {}): Promise<Uint8Array> {
  const apk = await readWhole(path);
  const format = formatOfTraits(readClaim(apk, path).traits);
  const generation = (await deflateInference([{ apk }]))(apk, format.deflate);
  const before = apk.data.entries.map(unpack);
  const after = changes.data?.(before) ?? before;
  const data = await collect(pgzip([tarOf(after), tarEnd], { generation }));
  const pkginfo = (entry: ApkEntry) => {
    const text = Buffer.from(entry.content!).toString('latin1');
    const grown = installedBytes(after) - installedBytes(before);
    return Buffer.from(
      text
        .replace(/^size = (\d+)$/m, (_, size) => `size = ${Number(size) + grown}`)
        .replace(/^datahash = .*$/m, `datahash = ${sha256(data)}`),
      'latin1',
    );
  };
  const recipe = ({ content }: Packed) =>
    Buffer.from(changes.recipe?.(Buffer.from(content).toString('latin1')) ?? '', 'latin1');
  const files = apk.control.entries.map((entry) => {
    const file = unpack(entry);
    if (entry.name === '.PKGINFO') return { ...file, content: pkginfo(entry) };
    return entry.name === '.melange.yaml' && changes.recipe !== undefined
      ? { ...file, content: recipe(file) }
      : file;
  });
  const control = gzipKlauspost(tarOf(files), generation);
  if (apk.signature === undefined || changes.unsigned === true) return Buffer.concat([control, data]);
  const key = parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa')));
  const framing = { algorithm: 'RSA256', keyName: key.publicName } as const;
  const mtime = apk.signature.entries[0]!.mtime;
  const signature = emitSignature(signBytes(control, 'RSA256', key), framing, format, mtime, generation);
  return Buffer.concat([signature, control, data]);
}

/** The same package with another SBOM. */
export function repackSbom(path: string, change: (text: string) => string): Promise<Uint8Array> {
  const data = (entries: readonly Packed[]) =>
    entries.map((entry) =>
      entry.header.name.endsWith('.spdx.json')
        ? withContent(entry, Buffer.from(change(Buffer.from(entry.content).toString('utf8'))))
        : entry,
    );
  return repack(path, { data });
}

const checksumKey = 'APK-TOOLS.checksum.SHA1';

export function withContent({ header }: Packed, content: Uint8Array): Packed {
  return {
    header: { ...header, pax: new Map([...header.pax, [checksumKey, Buffer.from(sha1(content))]]) },
    content,
  };
}

/** Records that the writer makes itself where a header cannot hold a value. */
const derivedRecords = new Set(['path', 'linkpath', 'uid', 'gid', 'size', 'mtime', 'uname', 'gname']);

function unpack({ pax, content, size, ...header }: ApkEntry): Packed {
  const records = pax
    .filter(({ key }) => !derivedRecords.has(key))
    .map(({ key, value }) => [key, value] as const);
  return {
    header: { ...header, pax: new Map(records) },
    content: (content ?? new Uint8Array(0)).subarray(0, size),
  };
}

function tarOf(entries: readonly Packed[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap(({ header, content }) => [
      tarHeader({ ...header, size: content.length }),
      content,
      tarPadding(content.length),
    ]),
  );
}

function installedBytes(entries: readonly Packed[]): number {
  return entries.reduce((sum, { header, content }) => sum + (header.type === '5' ? 4096 : content.length), 0);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
