/** Formats that are one compressed stream: bzip2, xz, zstd. First what their headers say, then the content. */

import { decodeBzip2 } from '../../formats/bzip2.ts';
import type { Decoded, OnSize } from '../../formats/decoded.ts';
import { decodeXz, xzHeader } from '../../formats/xz.ts';
import { decodeZstd, zstdHeader } from '../../formats/zstd.ts';
import type { FormatName, Part } from '../part.ts';
import { compareBinary } from './binary.ts';
import { bothBegin, type Comparator, type CompareContext, inflateBound } from './comparator.ts';
import { insideParts, meaning, unreadPart, valuePart, valueParts } from './parts.ts';

interface Codec {
  readonly format: FormatName;
  readonly magic: readonly number[];
  readonly suffix: RegExp;
  header(bytes: Uint8Array): ReadonlyMap<string, string>;
  decode(bytes: Uint8Array, onSize: OnSize): Promise<Decoded> | Decoded;
}

export const bzip2: Comparator = streamComparator({
  format: 'bzip2',
  magic: [0x42, 0x5a, 0x68],
  suffix: /\.(bz2?|tbz2?)$/,
  header: (bytes) => new Map([['level', String.fromCharCode(bytes[3] ?? 0)]]),
  decode: (bytes, onSize) => decodeBzip2(bytes, onSize) ?? 'damaged',
});

export const xz: Comparator = streamComparator({
  format: 'xz',
  magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  suffix: /\.(xz|txz)$/,
  header: xzHeader,
  decode: decodeXz,
});

export const zstd: Comparator = streamComparator({
  format: 'zstd',
  magic: [0x28, 0xb5, 0x2f, 0xfd],
  suffix: /\.(zst|tzst)$/,
  header: zstdHeader,
  decode: decodeZstd,
});

function streamComparator({ format, magic, suffix, header, decode }: Codec): Comparator {
  return {
    format,
    matches: bothBegin(...magic),
    async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
      const headers = valueParts(format, header(published), header(rebuilt));
      const left = await decode(published, sizeCounter(context));
      const right = typeof left === 'string' ? left : await decode(rebuilt, sizeCounter(context));
      if (typeof left === 'string' || typeof right === 'string') {
        const note = 'the stream is damaged or of a kind that is not supported';
        return [
          ...headers,
          unreadPart(format, 'content', note),
          ...compareBinary(published, rebuilt, context),
        ];
      }
      const inside = await context.inside(innerName(context.path, suffix), left, right);
      if (inside.length > 0)
        return [...headers, ...insideParts(format, innerName(context.path, suffix), inside)];
      const sizes = [`${published.length} bytes`, `${rebuilt.length} bytes`] as const;
      const form = valuePart(format, 'compressed form', ...sizes, 'the same content, compressed differently');
      return [...headers, form].map((each) => meaning('compressed-form', each));
    },
  };
}

/** Takes sizes of pieces, and fails where their sum exceeds what may be held. */
function sizeCounter(context: CompareContext): OnSize {
  let left = inflateBound(context);
  return (bytes) => {
    left -= bytes;
    context.work.inflated(left < 0 ? Number.POSITIVE_INFINITY : bytes);
  };
}

function innerName(path: string, suffix: RegExp): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.replace(suffix, (found) => (found.startsWith('.t') ? '.tar' : '')) || 'content';
}
