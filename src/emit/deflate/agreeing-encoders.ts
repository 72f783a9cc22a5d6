import { crc32 } from 'node:zlib';
import { type DeflateEncoder, deflateGenerations } from '../../melange/deflate-encoder.ts';
import { BlockWriter } from './block-writer.ts';
import { gzipTrailer, klauspostHeader } from './gzip-writer.ts';
import { encodeWindow, windowsOf } from './level5.ts';
import { Level5Matcher } from './level5-matcher.ts';
import { blockSize, dictionarySize } from './pgzip-block.ts';

export type Framing = 'gzip' | 'pgzip';

/**
 * The encoders of klauspost/compress whose gzip or pgzip output is this compressed member, in the order in which they were given; none
 * if a different program wrote it. With `complete` false, `raw` and `compressed` are the beginnings of the content and
 * of the member, and only what the encoder had to write given the known content is compared. Ends with the first
 * difference.
 * @param among the encoders that are tried, in this order; fewer take less time
 */
export function agreeingEncoders(
  raw: Uint8Array,
  compressed: Uint8Array,
  complete: boolean,
  framing: Framing,
  among: readonly DeflateEncoder[] = deflateGenerations,
): DeflateEncoder[] {
  let candidates = among.map((encoder) => new Candidate(encoder, compressed, complete));
  for (const step of encodingSteps(raw, complete, framing)) {
    step(candidates.map((candidate) => candidate.writer));
    candidates = candidates.filter((candidate) => candidate.agrees());
    if (candidates.length === 0) break;
    if (!complete && candidates.every((candidate) => candidate.exhausted)) break;
  }
  return candidates
    .filter((candidate) => !complete || candidate.exhausted)
    .map((candidate) => candidate.writer.encoder);
}

/** An encoder with the published bytes that it has not been compared with yet. */
class Candidate {
  readonly writer: BlockWriter;
  readonly #complete: boolean;
  #published: Uint8Array;

  constructor(encoder: DeflateEncoder, published: Uint8Array, complete: boolean) {
    this.writer = new BlockWriter(encoder);
    this.#published = published;
    this.#complete = complete;
  }

  get exhausted(): boolean {
    return this.#published.length === 0;
  }

  /** Compares what was written since the last call. */
  agrees(): boolean {
    const written = this.writer.out.take();
    const published = this.#published.subarray(0, written.length);
    this.#published = this.#published.subarray(written.length);
    const comparable = this.#complete ? written : written.subarray(0, published.length);
    return Buffer.compare(comparable, published) === 0;
  }
}

type Step = (writers: readonly BlockWriter[]) => void;

/** The steps of an encoder with this input, as far as the known input decides them. */
function* encodingSteps(raw: Uint8Array, complete: boolean, framing: Framing): Generator<Step> {
  const each = (write: (writer: BlockWriter) => void): Step => {
    return (writers) => writers.forEach(write);
  };
  const matcher = new Level5Matcher();
  yield each((writer) => writer.out.bytes(klauspostHeader));
  for (const { from, to, dictionary, ended } of stretches(raw.length, complete, framing)) {
    const input = raw.subarray(from - dictionary, to);
    matcher.begin(input, dictionary);
    for (const window of windowsOf(input.length, dictionary)) {
      if (window.ending && !ended) return;
      yield (writers) => encodeWindow(matcher, writers, input, window);
    }
    if (!ended) return;
    if (framing === 'pgzip') yield each((writer) => writer.flush());
  }
  const trailer = gzipTrailer(crc32(raw), raw.length);
  yield each((writer) => {
    writer.finish();
    writer.out.bytes(trailer);
  });
}

/** Input that is compressed on its own: that of a gzip member, or of one block of pgzip. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly dictionary: number;
  /** Whether the stretch is known to end at `to`. */
  readonly ended: boolean;
}

function* stretches(length: number, complete: boolean, framing: Framing): Generator<Stretch> {
  const size = framing === 'pgzip' ? blockSize : Number.POSITIVE_INFINITY;
  let from = 0;
  for (; from + size <= length; from += size) {
    yield { from, to: from + size, dictionary: Math.min(from, dictionarySize), ended: true };
  }
  yield { from, to: length, dictionary: Math.min(from, dictionarySize), ended: complete };
}
