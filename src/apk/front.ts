/** The front of a package: its signatures and its control section, without reading the data behind them. */

import type { ByteSource } from '../byte-source.ts';
import { type Sha1, sha1 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { isSignatureName, parseSignature, type Signature } from './apk-signature.ts';
import { Kept } from './collector.ts';
import { requirePossible } from './foreign-format.ts';
import { readGzipMembers } from './gzip-reader.ts';
import { defaultLimits } from './limits.ts';
import { type PkgInfo, parsePkgInfo } from './pkginfo.ts';
import type { TarHeader } from './tar-header.ts';
import { TarReader } from './tar-reader.ts';

export interface Front {
  readonly signatures: readonly Signature[];
  /** The compressed control section. */
  readonly control: Uint8Array;
  readonly controlSha1: Sha1;
  /** Where the data section begins in the file. */
  readonly dataStart: number;
  readonly pkginfo: PkgInfo;
}

/** Thrown to end the reading of a package once its front is known. */
const enough = Symbol('enough');

/** Reads the front. Fails with `malformed`, `limit-exceeded` or `unsupported-format`; nothing is verified. */
export async function readFront(source: ByteSource): Promise<Front> {
  const sections: { readonly files: Map<string, Uint8Array>; readonly compressed: Kept }[] = [];
  let tar: TarReader;
  const isFront = (index: number) =>
    index === 0 || (index === 1 && [...sections[0]!.files.keys()].some(isSignatureName));
  try {
    await readGzipMembers(
      requirePossible(source.open()),
      {
        begin(index) {
          if (!isFront(index)) throw enough;
          const files = new Map<string, Uint8Array>();
          sections.push({ files, compressed: new Kept(defaultLimits.controlBytes) });
          tar = new TarReader(collectInto(files), defaultLimits);
          return defaultLimits.controlBytes;
        },
        compressed(bytes) {
          const { compressed } = sections.at(-1)!;
          compressed.add(bytes);
          if (!compressed.whole) throw new Failure('limit-exceeded', 'a section is too large');
        },
        inflated: (bytes) => tar.write(bytes),
        end: () => void tar.end(),
      },
      { limit: defaultLimits.ratio, floor: defaultLimits.ratioFloor },
    );
  } catch (reason) {
    if (reason !== enough) throw reason;
  }
  const last = sections.at(-1);
  const pkginfo = last?.files.get('.PKGINFO');
  if (last === undefined || pkginfo === undefined) {
    throw new Failure('malformed', 'the file has no .PKGINFO');
  }
  const signed = sections.length > 1 ? [...sections[0]!.files] : [];
  const control = last.compressed.bytes();
  return {
    signatures: signed.flatMap(([name, bytes]) => parseSignature(name, bytes) ?? []),
    control,
    controlSha1: sha1(control),
    dataStart: sections.reduce((sum, { compressed }) => sum + compressed.bytes().length, 0),
    pkginfo: parsePkgInfo(pkginfo),
  };
}

function collectInto(files: Map<string, Uint8Array>) {
  let name = '';
  let parts: Uint8Array[] = [];
  return {
    entry(header: TarHeader) {
      name = header.name;
      parts = [];
    },
    content: (bytes: Uint8Array) => void parts.push(Uint8Array.from(bytes)),
    entryEnd: () => void files.set(name, Buffer.concat(parts)),
  };
}
