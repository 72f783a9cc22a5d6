/** What differs between two gzip members apart from the archives inside. */
import type { Section } from '../apk/apk.ts';
import type { ByteSource } from '../byte-source.ts';
import { BlockList, compareDeflateStreams, type DeflateStream } from './comparators/deflate.ts';
import { parseGzipHeader } from './comparators/gzip.ts';
import { unreadPart, valueParts } from './comparators/parts.ts';
import type { CompareLimits } from './compare-limits.ts';
import { rangeOf } from './entry-stream.ts';
import type { Part } from './part.ts';

export interface PlacedSection {
  readonly source: ByteSource;
  readonly section: Section;
}

/** Every field of the two headers that differs. */
export async function gzipHeaderParts(
  published: PlacedSection,
  rebuilt: PlacedSection,
): Promise<readonly Part[]> {
  const [left, right] = [await headerOf(published), await headerOf(rebuilt)];
  return left === undefined || right === undefined ? [] : valueParts('gzip', left, right);
}

async function headerOf({
  source,
  section,
}: PlacedSection): Promise<ReadonlyMap<string, string> | undefined> {
  const pieces: Uint8Array[] = [];
  for await (const piece of rangeOf(source, section.start, section.start + section.gzip.length))
    pieces.push(piece);
  return parseGzipHeader(Buffer.concat(pieces))?.fields;
}

const trailerBytes = 8;

/** Where the deflate streams diverge; undefined where they are the same. */
export async function deflateParts(
  published: PlacedSection,
  rebuilt: PlacedSection,
  limits: CompareLimits,
): Promise<readonly Part[] | undefined> {
  const at = await firstDifference(streamOf(published), streamOf(rebuilt));
  if (at === undefined) return undefined;
  if (at > limits.contentBytes) {
    return [
      unreadPart(
        'gzip',
        `from byte ${at} of the deflate stream`,
        'the blocks before are too many to be read',
      ),
    ];
  }
  const [left, right] = [await blocksOf(published, at, limits), await blocksOf(rebuilt, at, limits)];
  return compareDeflateStreams(left, right, at);
}

function streamOf({ source, section }: PlacedSection): AsyncGenerator<Uint8Array> {
  return rangeOf(source, section.start + section.gzip.length, section.end - trailerBytes);
}

/** The blocks of the whole stream, or of as much as is affordable. */
async function blocksOf(
  placed: PlacedSection,
  needed: number,
  limits: CompareLimits,
): Promise<DeflateStream> {
  const list = new BlockList();
  let size = 0;
  for await (const bytes of streamOf(placed)) {
    size += bytes.length;
    if (!list.write(bytes) || (size > limits.contentBytes && size > needed)) break;
  }
  return {
    ...list.end(),
    size: placed.section.end - placed.section.start - placed.section.gzip.length - trailerBytes,
  };
}

async function firstDifference(
  published: AsyncGenerator<Uint8Array>,
  rebuilt: AsyncGenerator<Uint8Array>,
): Promise<number | undefined> {
  let [left, right] = [await pull(published), await pull(rebuilt)];
  try {
    for (let offset = 0; ; ) {
      if (left.length === 0 || right.length === 0) return left.length === right.length ? undefined : offset;
      const length = Math.min(left.length, right.length);
      for (let at = 0; at < length; at += 1) if (left[at] !== right[at]) return offset + at;
      offset += length;
      [left, right] = [left.subarray(length), right.subarray(length)];
      if (left.length === 0) left = await pull(published);
      if (right.length === 0) right = await pull(rebuilt);
    }
  } finally {
    await published.return(undefined);
    await rebuilt.return(undefined);
  }
}

async function pull(stream: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const { done, value } = await stream.next();
  return done === true ? new Uint8Array(0) : value;
}
