/** Contents too large for memory: compared block by block, in place; then the blocks that differ are looked at. */

import { hash } from 'node:crypto';
import { sectionAt } from '../formats/elf/section-at.ts';
import { addAll } from '../lists.ts';
import { differingRanges } from './comparators/binary.ts';
import { Work } from './comparators/comparator.ts';
import { unreadPart, valuePart } from './comparators/parts.ts';
import type { CompareLimits } from './compare-limits.ts';
import type { ContentTaker } from './entry-stream.ts';
import type { ByteWindow, Part } from './part.ts';

const blockBytes = 64 * 1024;
const digestBytes = 32;
const headBytes = 64;
const tailBytes = 512 * 1024;

/** A content by the digests of its blocks, with its first bytes and its last. */
export interface BlockDigests {
  readonly kind: 'blocks';
  readonly size: number;
  readonly digests: Uint8Array;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

export function blockDigests(size: number): ContentTaker<BlockDigests> {
  const digests = Buffer.alloc(Math.ceil(size / blockBytes) * digestBytes);
  const head = Buffer.alloc(Math.min(headBytes, size));
  const tail = Buffer.alloc(Math.min(tailBytes, size));
  const blocks = new Blocks((index, bytes) => {
    digests.write(hash('sha256', bytes, 'hex'), index * digestBytes, 'hex');
    if (index === 0) head.set(bytes.subarray(0, head.length));
    const into = index * blockBytes - (size - tail.length);
    if (into + bytes.length > 0) tail.set(bytes.subarray(Math.max(0, -into)), Math.max(0, into));
  });
  return {
    add: (bytes) => blocks.add(bytes),
    finish() {
      blocks.end();
      return { kind: 'blocks', size, digests, head, tail };
    },
  };
}

/** Numbers of the blocks that differ, up to a number of them, and how many there are in all. */
export function differingBlocks(
  published: BlockDigests,
  rebuilt: BlockDigests,
  most: number,
): { readonly indexes: readonly number[]; readonly count: number } {
  const indexes: number[] = [];
  let count = 0;
  const last = Math.max(published.digests.length, rebuilt.digests.length);
  for (let at = 0; at < last; at += digestBytes) {
    const [left, right] = [published, rebuilt].map(({ digests }) => digests.subarray(at, at + digestBytes));
    if (Buffer.compare(left!, right!) === 0) continue;
    count += 1;
    if (indexes.length < most) indexes.push(at / digestBytes);
  }
  return { indexes, count };
}

/** Chosen blocks of a content. */
export type BlockBytes = ReadonlyMap<number, Uint8Array>;

export function chosenBlocks(indexes: ReadonlySet<number>): ContentTaker<BlockBytes> {
  const chosen = new Map<number, Uint8Array>();
  const blocks = new Blocks((index, bytes) => {
    if (indexes.has(index)) chosen.set(index, Uint8Array.from(bytes));
  });
  return {
    add: (bytes) => blocks.add(bytes),
    finish() {
      blocks.end();
      return chosen;
    },
  };
}

/** The parts, given the blocks that differ. */
export function largeParts(
  published: { readonly digests: BlockDigests; readonly blocks: BlockBytes },
  rebuilt: { readonly digests: BlockDigests; readonly blocks: BlockBytes },
  count: number,
  limits: CompareLimits,
): readonly Part[] {
  const parts: Part[] = [];
  const [left, right] = [published.digests, rebuilt.digests];
  if (left.size !== right.size) {
    parts.push(valuePart('binary', 'size', `${left.size} bytes`, `${right.size} bytes`));
  }
  const windows: ByteWindow[] = [];
  const places: string[] = [];
  const indexes = [...new Set([...published.blocks.keys(), ...rebuilt.blocks.keys()])].sort((a, b) => a - b);
  for (const index of indexes) {
    const [a, b] = [published, rebuilt].map(({ blocks }) => blocks.get(index) ?? new Uint8Array(0));
    const found = windowsIn(a!, b!, index * blockBytes, limits.windows - windows.length, limits);
    addAll(windows, found);
    addAll(
      places,
      found.map(({ publishedOffset }) => sectionAt(left, publishedOffset) ?? ''),
    );
  }
  parts.push({
    format: 'binary',
    kind: 'bytes',
    place: [...new Set(places)].filter((each) => each !== '').join(', '),
    windows,
  });
  parts.push(unreadPart('binary', '', noteOf(count, indexes.length, left.size !== right.size)));
  return parts;
}

function noteOf(count: number, shown: number, shifted: boolean): string {
  const differ = `${count} ${count === 1 ? 'block' : 'blocks'} of ${blockBytes} bytes differ in place`;
  const aligned = shifted ? '; bytes that were inserted or removed shift all that follow' : '';
  const which = count > shown ? `, the first ${shown} are shown` : '';
  return `too large to be read by its format: ${differ}${which}${aligned}`;
}

function windowsIn(
  published: Uint8Array,
  rebuilt: Uint8Array,
  offset: number,
  most: number,
  limits: CompareLimits,
): ByteWindow[] {
  if (most <= 0) return [];
  // Only in place: comparing a block with a shifted one would only show that they differ.
  const length = Math.max(published.length, rebuilt.length);
  if (published.length !== rebuilt.length) {
    return [windowAt(published, rebuilt, offset, 0, length, limits)];
  }
  const { ranges } = differingRanges(published, rebuilt, most, { work: new Work(limits) });
  return ranges.map(({ publishedStart, publishedEnd }) =>
    windowAt(published, rebuilt, offset, publishedStart, publishedEnd - publishedStart, limits),
  );
}

function windowAt(
  published: Uint8Array,
  rebuilt: Uint8Array,
  offset: number,
  start: number,
  length: number,
  { windowBytes }: CompareLimits,
): ByteWindow {
  const show = (bytes: Uint8Array) => Buffer.from(bytes.subarray(start, start + windowBytes)).toString('hex');
  return {
    publishedOffset: offset + start,
    rebuiltOffset: offset + start,
    published: show(published),
    rebuilt: show(rebuilt),
    length,
  };
}

/** Cuts a stream into blocks. */
class Blocks {
  readonly #onBlock: (index: number, bytes: Uint8Array) => void;
  readonly #block = Buffer.alloc(blockBytes);
  #filled = 0;
  #index = 0;

  constructor(onBlock: (index: number, bytes: Uint8Array) => void) {
    this.#onBlock = onBlock;
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + blockBytes - this.#filled);
      this.#block.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === blockBytes) this.#flush();
    }
  }

  end(): void {
    if (this.#filled > 0) this.#flush();
  }

  #flush(): void {
    this.#onBlock(this.#index, this.#block.subarray(0, this.#filled));
    this.#index += 1;
    this.#filled = 0;
  }
}
