/**
 * How klauspost/compress turns the windows of level 5 into blocks (flate/huffman_bit_writer.go and the "store" steps
 * of flate/deflate.go, v1.15.10 to v1.19.x). A block with its own codes stays open as long as the next window may go
 * on in the same codes; its end-of-block symbol is not written until then.
 */
import { type Arithmetic, type DeflateEncoder, traitsOfEncoder } from '../../melange/deflate-encoder.ts';
import type { DeflateGeneration } from '../../melange/format.ts';
import { BitWriter } from './bit-writer.ts';
import { fixedBits, storedBits, writeFixed, writeMarker, writeStored } from './blocks.ts';
import { type CodeHeader, planCodeHeader, writeCodeHeader } from './code-header.ts';
import { estimateBits } from './entropy.ts';
import { codedBits, covers, maxCodeLength, type PrefixCode, prefixCode, wordBits } from './huffman.ts';
import { fusedMultiplyAdd, type MultiplyAdd, plainMultiplyAdd } from './multiply-add.ts';
import { distanceSymbols, endOfBlock, literalSymbols, usedSymbols } from './symbols.ts';
import { countSymbols, type SymbolCounts } from './tokens.ts';

interface OpenBlock {
  readonly literals: PrefixCode;
  readonly distances: PrefixCode;
  readonly headerBits: number;
  /** Whether the codes were made for literals only: windows with matches do not go on in these. */
  readonly literalsOnly: boolean;
}

/** What the choice for a window with matches depends on. */
interface Contents {
  readonly counts: SymbolCounts;
  /** The number of tokens; in an ending window the end-of-block symbol is one of them. */
  readonly tokens: number;
  readonly ending: boolean;
  /** Sizes in bits: stored, and in the fixed codes if those are considered. */
  readonly stored: number;
  readonly fixed: number;
}

/** Ending windows (the last of a stream or of a pgzip block) are not searched for matches below this size. */
export const leastSearched = 128;
const mostStoredAtEnd = 32;
/** Fixed codes are considered below this many tokens. */
const mostTokensFixed = 250;
/** Fixed codes must save more than this to replace codes at hand. */
const fixedPenalty = 7;
/** Windows of literals are stored above this size if their bytes are spread evenly. */
const mostUntested = 1024;
/** The assumed cost of the header of a block of literals. */
const guessedHeader = 70 * 8;
const noDistance = prefixCode(Uint32Array.of(1), maxCodeLength);
const noTokens = new Int32Array(0);

const multiplyAdds: Readonly<Record<Arithmetic, MultiplyAdd>> = {
  plain: plainMultiplyAdd,
  fused: fusedMultiplyAdd,
};

/** Writes the blocks of one stream as one encoder does. */
export class BlockWriter {
  readonly out: BitWriter;
  readonly encoder: DeflateEncoder;
  readonly #generation: DeflateGeneration;
  readonly #multiplyAdd: MultiplyAdd;
  #open: OpenBlock | undefined;

  constructor(encoder: DeflateEncoder, capacity?: number) {
    const { generation, arithmetic } = traitsOfEncoder(encoder);
    this.encoder = encoder;
    this.#generation = generation;
    this.#multiplyAdd = multiplyAdds[arithmetic];
    this.out = new BitWriter(capacity);
  }

  /** One window of at most 65,535 bytes with the tokens found in it; an `ending` window leaves nothing open. */
  window(bytes: Uint8Array, tokens: Int32Array, ending: boolean): void {
    if (ending && bytes.length <= mostStoredAtEnd) this.#stored(bytes);
    else if (ending && bytes.length < leastSearched) this.#literals(bytes, ending);
    else if (tokens.length === 0) this.#stored(bytes);
    else if (tokens.length > bytes.length - (bytes.length >> 4)) this.#literals(bytes, ending);
    else this.#tokens(bytes, tokens, ending);
  }

  /** Go's Flush: an empty stored block, after which the output is at a byte boundary. */
  flush(): void {
    this.#close();
    writeMarker(this.out, false);
  }

  /** Go's Close: an empty last block in the fixed codes. */
  finish(): void {
    this.#close();
    writeFixed(this.out, noTokens, true);
    this.out.align();
  }

  #close(): void {
    if (this.#open) this.out.symbol(this.#open.literals, endOfBlock);
    this.#open = undefined;
  }

  #begin(literals: PrefixCode, distances: PrefixCode, header: CodeHeader, literalsOnly: boolean): OpenBlock {
    this.#close();
    writeCodeHeader(this.out, header);
    this.#open = { literals, distances, headerBits: header.bits, literalsOnly };
    return this.#open;
  }

  #stored(bytes: Uint8Array): void {
    this.#close();
    writeStored(this.out, bytes);
  }

  #tokens(bytes: Uint8Array, tokens: Int32Array, ending: boolean): void {
    const contents = contentsOf(bytes, tokens, ending);
    const choice = this.#chooseOpen(contents) ?? this.#chooseNew(contents);
    if (choice === 'stored') {
      this.#stored(bytes);
    } else if (choice === 'fixed') {
      this.#close();
      writeFixed(this.out, tokens);
    } else {
      this.out.tokens(tokens, choice.literals, choice.distances);
      if (ending) this.#close();
    }
  }

  /** Chooses with the open block at hand; undefined if new codes are likely to be better. */
  #chooseOpen({
    counts,
    tokens,
    ending,
    stored,
    fixed,
  }: Contents): 'stored' | 'fixed' | OpenBlock | undefined {
    const open = this.#open;
    if (!open || open.literalsOnly) return undefined;
    if (!covers(open.literals, counts.literals) || !covers(open.distances, counts.distances))
      return undefined;
    const end = open.literals.lengths[endOfBlock]!;
    const renewed = penalised(open.headerBits + estimateBits(counts, tokens, this.#multiplyAdd)) + end;
    // Before v1.18.2 the end of a block that may stay open was not counted.
    const uncounted = this.#generation === 'v1.18.2' || ending ? 0 : end;
    const reused = codedBits(counts, open.literals, open.distances) - uncounted;
    const size = Math.min(renewed, reused);
    if (stored <= size) return 'stored';
    if (fixed + fixedPenalty < size) return 'fixed';
    return renewed < reused ? undefined : open;
  }

  /** Begins a block with codes for these symbols, unless fixed codes or storing are as good. */
  #chooseNew({ counts, ending, stored, fixed }: Contents): 'stored' | 'fixed' | OpenBlock {
    const literals = prefixCode(counts.literals, maxCodeLength);
    const distances = prefixCode(counts.distances, maxCodeLength);
    // Before v1.18.1 a header mentioned all symbols if the block might stay open.
    const all = this.#generation === 'v1.15.10' && !ending;
    const header = planCodeHeader(
      literals.lengths.subarray(0, all ? literalSymbols : usedSymbols(counts.literals)),
      distances.lengths.subarray(0, all ? distanceSymbols : usedSymbols(counts.distances)),
    );
    const size = header.bits + codedBits(counts, literals, distances);
    if (stored <= Math.min(fixed, size)) return 'stored';
    if (fixed <= size) return 'fixed';
    return this.#begin(literals, distances, header, false);
  }

  /** Writes a window with hardly any match: its bytes in codes for literals, or stored. */
  #literals(bytes: Uint8Array, ending: boolean): void {
    const counts = countBytes(bytes);
    const spread = Uint32Array.from(counts);
    spread[endOfBlock] = 1;
    const literals = prefixCode(spread, maxCodeLength);
    const estimate = penalised(wordBits(spread, literals) + (this.#open?.headerBits ?? guessedHeader));
    const even = bytes.length > mostUntested && isEven(counts, bytes.length);
    if (even || storedBits(bytes.length) <= estimate) {
      this.#stored(bytes);
      return;
    }
    const open = this.#open;
    const goesOn = open && covers(open.literals, counts) && wordBits(counts, open.literals) <= estimate;
    const { literals: code } = goesOn
      ? open
      : this.#begin(literals, noDistance, planCodeHeader(literals.lengths, noDistance.lengths), true);
    this.out.tokens(new Int32Array(bytes), code, noDistance);
    if (ending) this.#close();
  }
}

function contentsOf(bytes: Uint8Array, tokens: Int32Array, ending: boolean): Contents {
  const counts = countSymbols(tokens);
  counts.literals[endOfBlock] = 1;
  const count = tokens.length + (ending ? 1 : 0);
  return {
    counts,
    tokens: count,
    ending,
    stored: storedBits(bytes.length),
    fixed: count < mostTokensFixed ? fixedBits(counts) : Number.POSITIVE_INFINITY,
  };
}

/** Estimates for new codes are raised by 1/128. */
function penalised(bits: number): number {
  return bits + (bits >> 7);
}

function countBytes(bytes: Uint8Array): Uint32Array {
  const counts = new Uint32Array(endOfBlock + 1);
  for (let at = 0; at < bytes.length; at++) counts[bytes[at]!]! += 1;
  return counts;
}

/** Whether the squared deviations from an even spread sum to less than twice the length. */
function isEven(counts: Uint32Array, length: number): boolean {
  const average = length / 256;
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) sum += (counts[byte]! - average) ** 2;
  return sum < 2 * length;
}
