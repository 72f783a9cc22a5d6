/** The signature and control sections: short tar archives, flushed but not closed (docs/melange/sections.md#the-control-section). */

import { compareBytes, encodeBytes } from '../bytes.ts';
import type { Scriptlets } from '../claim/recipe/recipe.ts';
import { contentOf } from '../formats/content.ts';
import type { DeflateEncoder } from '../melange/deflate-encoder.ts';
import type { Format } from '../melange/format.ts';
import { gzipGo, gzipKlauspost } from './deflate/encoders.ts';
import type { DataEntry } from './tar-entries.ts';
import { tarHeader, tarPadding } from './tar-writer.ts';

interface ShortFile {
  readonly name: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

function shortEntry({ name, mode, bytes }: ShortFile, mtime: number): DataEntry {
  return {
    header: {
      name,
      type: '0',
      mode,
      uid: 0,
      gid: 0,
      uname: 'root',
      gname: 'root',
      size: bytes.length,
      mtime,
      linkname: '',
      devmajor: 0,
      devminor: 0,
      pax: new Map(),
    },
    content: contentOf(bytes),
  };
}

/** A short archive: the entries, followed by a given number of zero blocks. */
export function shortTar(entries: readonly DataEntry[], zeroBlocks = 0): Uint8Array {
  return Buffer.concat([
    ...entries.flatMap(({ header, content, raw }) => [
      raw ?? tarHeader(header),
      content.read(0, content.size),
      tarPadding(content.size),
    ]),
    new Uint8Array(512 * zeroBlocks),
  ]);
}

/** Entries of the control section, in order. */
export function controlEntries(
  files: { readonly pkginfo: Uint8Array; readonly recipe: Uint8Array; readonly scriptlets: Scriptlets },
  mtime: number,
): DataEntry[] {
  const { scriptlets } = files;
  const scripts: [string, string][] = [
    ['.trigger', scriptlets.trigger.script],
    ['.pre-install', scriptlets.preInstall],
    ['.post-install', scriptlets.postInstall],
    ['.pre-deinstall', scriptlets.preDeinstall],
    ['.post-deinstall', scriptlets.postDeinstall],
    ['.pre-upgrade', scriptlets.preUpgrade],
    ['.post-upgrade', scriptlets.postUpgrade],
  ];
  const entries: ShortFile[] = [
    { name: '.PKGINFO', mode: 0o644, bytes: files.pkginfo },
    { name: '.melange.yaml', mode: 0o644, bytes: files.recipe },
    ...scripts
      .filter(([, text]) => text !== '')
      .map(([name, text]) => ({ name, mode: 0o755, bytes: encodeBytes(text) })),
  ];
  entries.sort((a, b) => compareBytes(a.name, b.name));
  return entries.map((entry) => shortEntry(entry, mtime));
}

/** The control section, compressed. */
export function emitControl(
  entries: readonly DataEntry[],
  encoder: DeflateEncoder,
  zeroBlocks = 0,
): Uint8Array {
  return gzipKlauspost(shortTar(entries, zeroBlocks), encoder);
}

/** How a signature section is written around the signature's own bytes. */
export interface SignatureFraming {
  readonly algorithm: 'RSA' | 'RSA256';
  readonly keyName: string;
}

/** The signature section, compressed, around signature bytes that came from elsewhere. */
export function emitSignature(
  signature: Uint8Array,
  { algorithm, keyName }: SignatureFraming,
  format: Format,
  mtime: number,
  encoder: DeflateEncoder,
): Uint8Array {
  const name = `.SIGN.${algorithm}.${keyName}`;
  const tar = shortTar([shortEntry({ name, mode: format.signature.mode, bytes: signature }, mtime)]);
  return format.signature.gzip === 'go' ? gzipGo(tar) : gzipKlauspost(tar, encoder);
}
