/**
 * Deflate streams of Go's compress/flate at level 6, its default (deflate.go and huffman_bit_writer.go, the same
 * from Go 1.7 to 1.26): hash chains with lazy matching over a window of 64 KiB, blocks of 16,384 tokens.
 */
import type { BitWriter } from './bit-writer.ts';
import { fixedBits, storedBits, writeFixed, writeMarker, writeStored } from './blocks.ts';
import { planCodeHeader, writeCodeHeader } from './code-header.ts';
import { codedBits, maxCodeLength, prefixCode } from './huffman.ts';
import { endOfBlock, maxMatch, maxStored, usedSymbols } from './symbols.ts';
import { countSymbols, matchToken } from './tokens.ts';

const reach = 1 << 15;
const windowSize = 2 * reach;
const minMatch = 4;
/** A match of 4 bytes from further away is not worth its bits. */
const nearForShortest = 4096;
/** The search for a better match is skipped after a match of this length. */
const lazyBelow = 16;
const chainLength = 128;
const niceLength = 128;
const blockTokens = 1 << 14;
const hashBits = 17;

function slotOf(bytes: Uint8Array, at: number): number {
  const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits);
}

/** Encodes a whole stream, as when it is written in one piece: then the window moves on only when it is full. */
export function encodeLevel6(out: BitWriter, input: Uint8Array): void {
  const stream = new Level6Stream(out, input);
  let base = 0;
  for (; input.length > base + windowSize; base += reach) stream.advance(base, base + windowSize, false);
  stream.advance(base, input.length, true);
  writeMarker(out, true);
}

class Level6Stream {
  readonly #out: BitWriter;
  readonly #bytes: Uint8Array;
  readonly #head = new Int32Array(1 << hashBits).fill(-1);
  readonly #chain = new Int32Array(reach);
  readonly #tokens = new Int32Array(blockTokens);
  #count = 0;
  #blockStart = 0;
  /** First byte and end of the window. */
  #base = 0;
  #end = 0;

  #at = 0;
  /** Whether the byte before has not yet become a literal or part of a match. */
  #pending = false;
  #length = minMatch - 1;
  #distance = 0;

  constructor(out: BitWriter, bytes: Uint8Array) {
    this.#out = out;
    this.#bytes = bytes;
  }

  /** Continues with the window from `base` to `end`, until too little lookahead is left or, if `last`, to the end. */
  advance(base: number, end: number, last: boolean): void {
    this.#base = base;
    this.#end = end;
    const stop = last ? end : end - (minMatch + maxMatch) + 1;
    while (this.#at < stop) this.#step();
    if (!last) return;
    if (this.#pending) this.#add(this.#bytes[end - 1]!, end);
    if (this.#count > 0) this.#writeBlock(end);
  }

  #step(): void {
    const length = this.#length;
    const distance = this.#distance;
    const candidate = this.#insert(this.#at);
    this.#length = minMatch - 1;
    if (length < lazyBelow) this.#findMatch(candidate, length);
    if (length >= minMatch && this.#length <= length) {
      this.#takePrevious(length, distance);
      return;
    }
    if (this.#pending) this.#add(this.#bytes[this.#at - 1]!, this.#at);
    this.#pending = true;
    this.#at += 1;
  }

  /** Takes the match that began one byte before. */
  #takePrevious(length: number, distance: number): void {
    const end = this.#at + length - 1;
    for (let at = this.#at + 1; at < end; at++) this.#insert(at);
    this.#at = end;
    this.#pending = false;
    this.#length = minMatch - 1;
    this.#add(matchToken(length, distance), end);
  }

  /** Puts a position at the head of its chain; returns the head before, -1 if there was none. */
  #insert(at: number): number {
    if (at > this.#end - minMatch) return -1;
    const slot = slotOf(this.#bytes, at);
    const head = this.#head[slot]!;
    this.#chain[at & (reach - 1)] = head;
    this.#head[slot] = at;
    return head;
  }

  /** Follows a chain from its head for the longest match, the nearest of equals. */
  #findMatch(head: number, previous: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    const most = Math.min(maxMatch, this.#end - at);
    if (most <= previous) return;
    const nice = Math.min(niceLength, most);
    const oldest = at - reach;
    const least = Math.max(oldest, this.#base);
    let length = minMatch - 1;
    for (let source = head, tries = chainLength; source >= least && tries > 0; tries--) {
      if (bytes[source + length] === bytes[at + length]) {
        const found = this.#equalBytes(source, most);
        if (found > length && (found > minMatch || at - source <= nearForShortest)) {
          length = found;
          this.#length = found;
          this.#distance = at - source;
          if (found >= nice) return;
        }
      }
      // The chain of the oldest position is overwritten by this one's.
      if (source === oldest) return;
      source = this.#chain[source & (reach - 1)]!;
    }
  }

  #equalBytes(source: number, most: number): number {
    const bytes = this.#bytes;
    const at = this.#at;
    let length = 0;
    while (length < most && bytes[source + length] === bytes[at + length]) length += 1;
    return length;
  }

  /** Adds a token; a full block ends at `end`. */
  #add(token: number, end: number): void {
    this.#tokens[this.#count++] = token;
    if (this.#count === blockTokens) this.#writeBlock(end);
  }

  #writeBlock(end: number): void {
    const start = this.#blockStart;
    const tokens = this.#tokens.subarray(0, this.#count);
    // Bytes that have left the window can no longer be stored.
    const storable = start >= this.#base && end - start <= maxStored;
    writeBlock(this.#out, tokens, storable ? this.#bytes.subarray(start, end) : undefined);
    this.#blockStart = end;
    this.#count = 0;
  }
}

/** Writes tokens in the cheapest kind of block; stored only if the bytes are at hand. */
function writeBlock(out: BitWriter, tokens: Int32Array, bytes: Uint8Array | undefined): void {
  const counts = countSymbols(tokens);
  counts.literals[endOfBlock] = 1;
  if (usedSymbols(counts.distances) === 0) counts.distances[0] = 1;
  const literals = prefixCode(counts.literals, maxCodeLength);
  const distances = prefixCode(counts.distances, maxCodeLength);
  const header = planCodeHeader(
    literals.lengths.subarray(0, usedSymbols(counts.literals)),
    distances.lengths.subarray(0, usedSymbols(counts.distances)),
  );
  const size = header.bits + codedBits(counts, literals, distances);
  const fixed = fixedBits(counts);
  if (bytes && storedBits(bytes.length) < Math.min(fixed, size)) {
    writeStored(out, bytes);
  } else if (fixed <= size) {
    writeFixed(out, tokens);
  } else {
    writeCodeHeader(out, header);
    out.tokens(tokens, literals, distances);
    out.symbol(literals, endOfBlock);
  }
}
