/** Deflate streams of klauspost/compress at its default level (5), window by window. */
import type { DeflateEncoder } from '../../melange/deflate-encoder.ts';
import { BlockWriter, leastSearched } from './block-writer.ts';
import { Level5Matcher } from './level5-matcher.ts';
import { maxStored } from './symbols.ts';

const noTokens = new Int32Array(0);

export interface Window {
  readonly from: number;
  readonly to: number;
  /** The input ends with this window. */
  readonly ending: boolean;
}

/** The windows of an input that begins behind a dictionary; an empty input has none. */
export function* windowsOf(length: number, dictionary: number): Generator<Window> {
  for (let from = dictionary; from < length; from += maxStored) {
    const to = Math.min(length, from + maxStored);
    yield { from, to, ending: to === length };
  }
}

/** Encodes a window for each writer; the tokens are the same for all. */
export function encodeWindow(
  matcher: Level5Matcher,
  writers: readonly BlockWriter[],
  bytes: Uint8Array,
  { from, to, ending }: Window,
): void {
  const searched = !ending || to - from >= leastSearched;
  const tokens = searched ? matcher.tokens(from, to) : noTokens;
  const window = bytes.subarray(from, to);
  for (const writer of writers) writer.window(window, tokens, ending);
}

/** Encodes one input after another; how a stream begins and ends is up to the user of the writer. */
export class Level5Encoder {
  readonly writer: BlockWriter;
  readonly #matcher = new Level5Matcher();

  constructor(encoder: DeflateEncoder, capacity?: number) {
    this.writer = new BlockWriter(encoder, capacity);
  }

  /** Encodes a whole input, whose first `dictionary` bytes are only history. */
  encode(bytes: Uint8Array, dictionary = 0): void {
    this.#matcher.begin(bytes, dictionary);
    for (const window of windowsOf(bytes.length, dictionary)) {
      encodeWindow(this.#matcher, [this.writer], bytes, window);
    }
  }
}
