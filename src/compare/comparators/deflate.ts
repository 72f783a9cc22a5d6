/** Two deflate streams of the same content, compared to find where the encoders diverged. */
import { constants, inflateRawSync } from 'node:zlib';
import { type DeflateBlock, DeflateBlockReader } from '../../formats/deflate-blocks.ts';
import type { Part } from '../part.ts';
import { type CompareContext, inflateBound } from './comparator.ts';
import { meaning, valuePart } from './parts.ts';

/** The content of a raw deflate stream and the bytes that it took; undefined where it is damaged. */
export function inflate(
  bytes: Uint8Array,
  context: Pick<CompareContext, 'heldBytes' | 'work'>,
): { readonly content: Uint8Array; readonly consumed: number } | undefined {
  const most = inflateBound(context);
  try {
    // With `info` the result holds the engine, which counted what it consumed; Node's types do not say so.
    const { buffer, engine } = inflateRawSync(bytes, {
      maxOutputLength: most,
      info: true,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    context.work.inflated(buffer.length);
    return { content: buffer, consumed: engine.bytesWritten };
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') context.work.inflated(most + 1);
    if ((failure as NodeJS.ErrnoException).code?.startsWith('Z_') === true) return undefined;
    throw failure;
  }
}

/** What can be read of a raw deflate stream that was cut; undefined where nothing can. */
export function inflateCut(
  bytes: Uint8Array,
  context: Pick<CompareContext, 'heldBytes' | 'work'>,
): Uint8Array | undefined {
  try {
    const finishFlush = constants.Z_SYNC_FLUSH;
    const content = inflateRawSync(bytes, { maxOutputLength: inflateBound(context), finishFlush });
    context.work.inflated(content.length);
    return content.length === 0 ? undefined : content;
  } catch (failure) {
    if (/^(?:Z_|ERR_BUFFER_TOO_LARGE$)/.test((failure as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw failure;
  }
}

/** The most blocks that are listed; an honest encoder writes one for some ten thousand bytes. */
const mostBlocks = 200_000;

/** Collects the blocks of a stream that is written in pieces. */
export class BlockList {
  readonly blocks: DeflateBlock[] = [];
  readonly #reader: DeflateBlockReader = new DeflateBlockReader((block) => {
    if (this.blocks.length < mostBlocks) this.blocks.push(block);
  });
  #size = 0;

  /** False once nothing more needs to be written. */
  write(bytes: Uint8Array): boolean {
    this.#size += bytes.length;
    return this.#reader.write(bytes) && this.blocks.length < mostBlocks;
  }

  end(): DeflateStream {
    this.#reader.end();
    return { blocks: this.blocks, size: this.#size };
  }
}

export interface DeflateStream {
  readonly blocks: readonly DeflateBlock[];
  readonly size: number;
}

/** The values in which two streams differ, given the first byte in which they do. */
export function compareDeflateStreams(
  published: DeflateStream,
  rebuilt: DeflateStream,
  firstDifference: number,
): Part[] {
  const parts: Part[] = [];
  const compare = (place: string, left: string, right: string) => {
    if (left !== right) parts.push(meaning('compressed-form', valuePart('gzip', place, left, right)));
  };
  compare('deflate stream', `${published.size} bytes`, `${rebuilt.size} bytes`);
  compare('deflate blocks', blocksText(published.blocks), blocksText(rebuilt.blocks));
  parts.push(
    meaning(
      'compressed-form',
      valuePart(
        'gzip',
        'first deflate block that differs',
        blockText(published.blocks, firstDifference),
        blockText(rebuilt.blocks, firstDifference),
        `the streams differ from byte ${firstDifference} on`,
      ),
    ),
  );
  return parts;
}

/** As `compareDeflateStreams`, for streams in memory. */
export function compareDeflate(published: Uint8Array, rebuilt: Uint8Array, { work }: CompareContext): Part[] {
  work.spend(published.length + rebuilt.length);
  const [left, right] = [published, rebuilt].map((bytes) => {
    const list = new BlockList();
    list.write(bytes);
    return list.end();
  });
  const most = Math.min(published.length, rebuilt.length);
  let at = 0;
  while (at < most && published[at] === rebuilt[at]) at += 1;
  return compareDeflateStreams(left!, right!, at);
}

function blocksText(blocks: readonly DeflateBlock[]): string {
  const counts = (['stored', 'fixed', 'dynamic'] as const)
    .map((kind) => [kind, blocks.filter((block) => block.kind === kind).length] as const)
    .filter(([, count]) => count > 0);
  return `${blocks.length}: ${counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}`;
}

function blockText(blocks: readonly DeflateBlock[], firstDifference: number): string {
  const index = blocks.findLastIndex(({ start }) => start < (firstDifference + 1) * 8);
  const block = blocks[index];
  if (block === undefined) return 'none';
  const { kind, length, from, size, literals, matches } = block;
  return `block ${index + 1}, ${kind}, ${length} bits for bytes ${from} to ${from + size} of the content, ${literals} literals, ${matches} matches`;
}
