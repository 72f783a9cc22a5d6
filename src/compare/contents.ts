/** The second look: contents and framings that differ are read again, and what differs inside is attached. */

import type { Apk, Section } from '../apk/apk.ts';
import type { TarHeader } from '../apk/tar-header.ts';
import type { ByteSource } from '../byte-source.ts';
import { addAll } from '../lists.ts';
import { unreadPart } from './comparators/parts.ts';
import { type CompareLimits, defaultCompareLimits } from './compare-limits.ts';
import type { SectionComparison } from './compare-sections.ts';
import { ContentComparison } from './content-comparison.ts';
import type { Difference } from './difference.ts';
import { type ContentTaker, takeContents, wholeContent } from './entry-stream.ts';
import { deflateParts, gzipHeaderParts } from './framing.ts';
import {
  type BlockBytes,
  type BlockDigests,
  blockDigests,
  chosenBlocks,
  differingBlocks,
  largeParts,
} from './large.ts';
import { type ComparedEntry, type EntryPair, pairEntries } from './pairs.ts';
import type { Part } from './part.ts';

export interface ReadPackage {
  readonly source: ByteSource;
  readonly apk: Apk;
}

/** The same comparisons with `parts` where a content, a gzip header or the compressed form differs. */
export async function lookInside(
  published: ReadPackage,
  rebuilt: ReadPackage,
  sections: readonly SectionComparison[],
  limits: CompareLimits = defaultCompareLimits,
): Promise<readonly SectionComparison[]> {
  const comparison = new ContentComparison(limits);
  try {
    const looked: SectionComparison[] = [];
    for (const each of sections) {
      const [left, right] = [published, rebuilt].map(({ apk }) =>
        each.section === 'files' ? undefined : apk[each.section],
      );
      if (left === undefined || right === undefined || each.differences.length === 0) looked.push(each);
      else {
        const sides = [
          { source: published.source, section: left },
          { source: rebuilt.source, section: right },
        ] as const;
        looked.push(await lookInsideSection(each, sides, comparison, limits));
      }
    }
    return looked;
  } finally {
    await comparison.close();
  }
}

interface Side {
  readonly source: ByteSource;
  readonly section: Section;
}

async function lookInsideSection(
  compared: SectionComparison,
  [published, rebuilt]: readonly [Side, Side],
  comparison: ContentComparison,
  limits: CompareLimits,
): Promise<SectionComparison> {
  const differences: Difference[] = [];
  const wanted = new Map<Difference, EntryPair>();
  const pairs = new Map(
    pairEntries(published.section.entries, rebuilt.section.entries).map((pair) => [keyOf(pair), pair]),
  );
  for (const difference of compared.differences) {
    differences.push(await withFraming(difference, published, rebuilt, limits));
    const pair = difference.kind === 'content' ? pairs.get(keyOfDifference(difference)) : undefined;
    if (pair !== undefined) wanted.set(difference, pair);
  }
  if (compared.likeness === 'recompressed' && differences.every(({ kind }) => kind === 'gzip-header')) {
    addAll(differences, await furtherCompression(compared, published, rebuilt, limits));
  }
  const parts = await new SectionContents(published, rebuilt, comparison, limits).partsOf([
    ...wanted.values(),
  ]);
  const attached = differences.map((difference, at) => {
    const pair = wanted.get(compared.differences[at] ?? difference);
    const found = pair === undefined ? undefined : parts.get(pair);
    return found === undefined || found.length === 0 ? difference : { ...difference, parts: found };
  });
  return { ...compared, differences: attached };
}

function keyOf({ path, occurrence }: Pick<EntryPair, 'path' | 'occurrence'>): string {
  return `${path}\0${occurrence}`;
}

function keyOfDifference({ path, occurrence = 1 }: Difference): string {
  return keyOf({ path, occurrence });
}

async function withFraming(
  difference: Difference,
  published: Side,
  rebuilt: Side,
  limits: CompareLimits,
): Promise<Difference> {
  if (difference.kind === 'gzip-header') {
    // Without optional fields the difference itself says everything.
    if (published.section.gzip.flags === 0 && rebuilt.section.gzip.flags === 0) return difference;
    return { ...difference, parts: await gzipHeaderParts(published, rebuilt) };
  }
  if (difference.kind !== 'compression') return difference;
  const parts = await deflateParts(published, rebuilt, limits);
  return parts === undefined ? difference : { ...difference, parts };
}

/** The same archive behind a different header may be compressed differently as well. */
async function furtherCompression(
  { section }: SectionComparison,
  published: Side,
  rebuilt: Side,
  limits: CompareLimits,
): Promise<Difference[]> {
  const parts = await deflateParts(published, rebuilt, limits);
  if (parts === undefined) return [];
  const size = ({ section: { start, end } }: Side) => `${end - start} bytes`;
  return [
    { section, kind: 'compression', path: '', published: size(published), rebuilt: size(rebuilt), parts },
  ];
}

type Taken = Uint8Array | BlockDigests;

/** Contents of one section on both sides, read side by side. */
class SectionContents {
  readonly #sides: readonly [Side, Side];
  readonly #comparison: ContentComparison;
  readonly #limits: CompareLimits;
  readonly #parts = new Map<EntryPair, readonly Part[]>();
  readonly #large = new Map<EntryPair, readonly [BlockDigests, BlockDigests]>();

  constructor(published: Side, rebuilt: Side, comparison: ContentComparison, limits: CompareLimits) {
    this.#sides = [published, rebuilt];
    this.#comparison = comparison;
    this.#limits = limits;
  }

  async partsOf(pairs: readonly EntryPair[]): Promise<ReadonlyMap<EntryPair, readonly Part[]>> {
    let pending = this.#affordable(pairs);
    for (let pass = 0; pass < this.#limits.passes && pending.length > 0; pass += 1) {
      pending = await this.#pass(pending);
    }
    for (const pair of pending) {
      this.#parts.set(pair, [
        unreadPart('binary', '', 'the orders of the entries differ too much to read them side by side'),
      ]);
    }
    await this.#comparison.settled();
    if (this.#large.size > 0) await this.#lookAtBlocks();
    return this.#parts;
  }

  /** The pairs that may be looked at: the first ones, within the limit. */
  #affordable(pairs: readonly EntryPair[]): EntryPair[] {
    return pairs.filter((pair) => {
      if (this.#comparison.afford(pair.published!.size + pair.rebuilt!.size)) return true;
      this.#parts.set(pair, [
        unreadPart('binary', '', 'too much of this package differs to look into all of it'),
      ]);
      return false;
    });
  }

  /** Reads both sides once; returns the pairs whose sides were too far apart. */
  async #pass(pairs: readonly EntryPair[]): Promise<EntryPair[]> {
    const places = [placesOf(pairs, 'published'), placesOf(pairs, 'rebuilt')] as const;
    const streams = this.#sides.map((side, at) => this.#contents(side, places[at]!)) as [Stream, Stream];
    const held = new Map<EntryPair, [Taken | undefined, Taken | undefined]>();
    const late = new Set<EntryPair>();
    let heldBytes = 0;
    // What lies behind the last content of a side is not read again.
    const left: [number, number] = [places[0].size, places[1].size];
    try {
      while (left[0] > 0 || left[1] > 0) {
        const side = left[0] > 0 && left[0] >= left[1] ? 0 : 1;
        const next = await streams[side].next();
        if (next.done === true) {
          left[side] = 0;
          continue;
        }
        left[side] -= 1;
        const [offset, taken] = next.value;
        const pair = places[side].get(offset)!;
        if (late.has(pair)) continue;
        const both = held.get(pair) ?? [undefined, undefined];
        both[side] = taken;
        if (both[0] !== undefined && both[1] !== undefined) {
          held.delete(pair);
          heldBytes -= sizeOf(both[1 - side]!);
          await this.#compare(pair, both[0], both[1]);
        } else if (heldBytes + sizeOf(taken) > this.#limits.heldBytes) late.add(pair);
        else {
          held.set(pair, both);
          heldBytes += sizeOf(taken);
        }
      }
    } finally {
      await Promise.all(streams.map((stream) => stream.return(undefined)));
    }
    return [...late, ...held.keys()];
  }

  #contents({ source, section }: Side, places: ReadonlyMap<number, EntryPair>): Stream {
    const takerOf = (entry: TarHeader): ContentTaker<Taken> | undefined => {
      const pair = places.get(entry.offset);
      if (pair === undefined) return undefined;
      const bytes = pair.published!.size + pair.rebuilt!.size;
      return bytes > this.#limits.contentBytes ? blockDigests(entry.size) : wholeContent(entry.size);
    };
    return takeContents(source, section, takerOf);
  }

  async #compare(pair: EntryPair, published: Taken, rebuilt: Taken): Promise<void> {
    if (published instanceof Uint8Array && rebuilt instanceof Uint8Array) {
      await this.#comparison.add(pair.path, published, rebuilt, (parts) => this.#parts.set(pair, parts));
    } else this.#large.set(pair, [published as BlockDigests, rebuilt as BlockDigests]);
  }

  /** Reads both sides once more for the blocks in which large contents differ. */
  async #lookAtBlocks(): Promise<void> {
    const found = new Map(
      [...this.#large].map(([pair, [left, right]]) => [
        pair,
        differingBlocks(left, right, this.#limits.windows),
      ]),
    );
    const blocks: Map<EntryPair, BlockBytes>[] = [];
    for (const [at, side] of this.#sides.entries()) {
      const places = placesOf([...found.keys()], at === 0 ? 'published' : 'rebuilt');
      const takerOf = ({ offset }: TarHeader): ContentTaker<BlockBytes> | undefined => {
        const pair = places.get(offset);
        return pair === undefined ? undefined : chosenBlocks(new Set(found.get(pair)!.indexes));
      };
      const taken = new Map<EntryPair, BlockBytes>();
      for await (const [offset, bytes] of takeContents(side.source, side.section, takerOf)) {
        taken.set(places.get(offset)!, bytes);
      }
      blocks.push(taken);
    }
    for (const [pair, [left, right]] of this.#large) {
      const of = (at: number) => blocks[at]!.get(pair) ?? new Map();
      const parts = largeParts(
        { digests: left, blocks: of(0) },
        { digests: right, blocks: of(1) },
        found.get(pair)!.count,
        this.#limits,
      );
      this.#parts.set(pair, parts);
    }
  }
}

type Stream = AsyncGenerator<readonly [offset: number, taken: Taken]>;

/** Pairs by where one side of them lies in its archive. */
function placesOf(pairs: readonly EntryPair[], side: 'published' | 'rebuilt'): Map<number, EntryPair> {
  return new Map(pairs.map((pair) => [(pair[side] as ComparedEntry).offset, pair]));
}

function sizeOf(taken: Taken): number {
  return taken instanceof Uint8Array ? taken.length : taken.digests.length + taken.tail.length;
}
