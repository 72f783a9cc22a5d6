/**
 * The blocks of klauspost/pgzip (gzip.go, v1.2.5 and v1.2.6): 1 MiB each, compressed independently except that each
 * knows the end of the block before.
 */
import type { DeflateEncoder } from '../../melange/deflate-encoder.ts';
import { Level5Encoder } from './level5.ts';

export const blockSize = 1 << 20;
/** Bytes of the block before that a block may refer to. */
export const dictionarySize = 1 << 14;

export interface PgzipBlock {
  /** The dictionary and the block, in one buffer that holds nothing else. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Length of the dictionary. */
  readonly dictionary: number;
  /** The last block is never a full one: a full one is followed by an empty one. */
  readonly last: boolean;
}

/** Cuts a stream into blocks. */
export async function* cutBlocks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<PgzipBlock> {
  let bytes = new Uint8Array(blockSize);
  let dictionary = 0;
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + bytes.length - filled);
      bytes.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < bytes.length) continue;
      // The consumer may transfer the buffer, so its end is copied first.
      const next = new Uint8Array(dictionarySize + blockSize);
      next.set(bytes.subarray(-dictionarySize));
      yield { bytes, dictionary, last: false };
      bytes = next;
      dictionary = dictionarySize;
      filled = dictionarySize;
    }
  }
  yield { bytes: bytes.subarray(0, filled), dictionary, last: true };
}

/** Encodes one block after another. */
export class PgzipBlockEncoder {
  readonly #encoder: Level5Encoder;

  constructor(encoder: DeflateEncoder) {
    this.#encoder = new Level5Encoder(encoder, blockSize);
  }

  /** The compressed block; it ends at a byte boundary. */
  encode(block: PgzipBlock): Uint8Array<ArrayBuffer> {
    const { writer } = this.#encoder;
    this.#encoder.encode(block.bytes, block.dictionary);
    writer.flush();
    if (block.last) writer.finish();
    return writer.out.take();
  }
}
