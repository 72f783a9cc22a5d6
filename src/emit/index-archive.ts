/** APKINDEX.tar.gz as melange writes it (melange pkg/index, apko pkg/apk/apk; docs/melange/environment.md#apkindex). */

import type { SignatureAlgorithm } from '../apk/apk-signature.ts';
import { q1 } from '../apk/checksum.ts';
import { type PkgInfo, pkgInfoValue, pkgInfoValues } from '../apk/pkginfo.ts';
import { type SigningKey, signBytes } from '../apk/private-key.ts';
import { encodeBytes } from '../bytes.ts';
import type { Sha1 } from '../digest.ts';
import { gzipGo } from './deflate/encoders.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-writer.ts';

/** The properties of a package that an index lists. */
interface IndexedPackage {
  readonly control: { readonly pkginfo: PkgInfo; readonly sha1: Sha1 };
  /** Bytes of the file. */
  readonly size: number;
}

/** The record of one package, including the empty line after it. */
export function indexRecord(apk: IndexedPackage): string {
  const info = apk.control.pkginfo;
  const value = (key: string) => pkgInfoValue(info, key) ?? '';
  const optional = (letter: string, text: string) => (text === '' ? [] : [`${letter}:${text}`]);
  const lines = [
    `C:${q1(apk.control.sha1)}`,
    `P:${value('pkgname')}`,
    `V:${value('pkgver')}`,
    ...optional('A', value('arch')),
    ...optional('S', String(apk.size)),
    ...optional('I', value('size') === '0' ? '' : value('size')),
    `T:${iniValue(value('pkgdesc'))}`,
    ...optional('U', iniValue(value('url'))),
    ...optional('L', iniValue(value('license'))),
    ...optional('o', value('origin')),
    ...optional('m', iniValue(value('maintainer'))),
    `t:${value('builddate') === '' ? '0' : value('builddate')}`,
    ...optional('c', value('commit')),
    ...optional('D', listValues(info, 'depend')),
    ...optional('p', listValues(info, 'provides')),
    ...optional('k', value('provider_priority') === '0' ? '' : value('provider_priority')),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** melange reads `.PKGINFO` with an INI reader, for which ` #` and ` ;` begin a comment. */
function iniValue(text: string): string {
  return text.split(/ [#;]/, 1)[0]!.trim();
}

/** The same reader splits lists at commas as well. */
function listValues(info: PkgInfo, key: string): string {
  return pkgInfoValues(info, key)
    .flatMap((text) => iniValue(text).split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join(' ');
}

export interface IndexSigner {
  readonly key: SigningKey;
  /** `RSA` for melange before v0.18.0. */
  readonly algorithm: SignatureAlgorithm;
}

/** The archive of records in the given order, signed where a key is given. */
export function emitIndex(
  records: readonly string[],
  description: string,
  signer: IndexSigner | undefined,
): Uint8Array {
  const files = [
    ['APKINDEX', records.join('')],
    ['DESCRIPTION', description],
  ] as const;
  const archive = gzipGo(
    Buffer.concat([...files.flatMap(([name, text]) => plainEntry(name, encodeBytes(text), '')), tarEnd]),
  );
  if (signer === undefined) return archive;
  const { algorithm, key } = signer;
  const entry = plainEntry(
    `.SIGN.${algorithm}.${key.publicName}`,
    signBytes(archive, algorithm, key),
    'root',
  );
  return Buffer.concat([gzipGo(Buffer.concat(entry)), archive]);
}

function plainEntry(name: string, bytes: Uint8Array, owner: string): Uint8Array[] {
  const header = tarHeader({
    name,
    type: '0',
    mode: 0o644,
    uid: 0,
    gid: 0,
    uname: owner,
    gname: owner,
    size: bytes.length,
    mtime: 0,
    linkname: '',
    devmajor: 0,
    devminor: 0,
    pax: new Map(),
  });
  return [header, bytes, tarPadding(bytes.length)];
}
