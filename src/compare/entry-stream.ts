/** The contents of chosen entries of a section, one at a time and only as fast as they are taken. */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Section } from '../apk/apk.ts';
import { limitsFor, ofSource } from '../apk/read-apk.ts';
import type { TarHeader } from '../apk/tar-header.ts';
import { TarReader, type TarSink } from '../apk/tar-reader.ts';
import type { ByteSource } from '../byte-source.ts';
import { Failure } from '../failure.ts';

/** Takes the bytes of one content as they are read. */
export interface ContentTaker<T> {
  add(bytes: Uint8Array): void;
  finish(): T;
}

/** A taker that holds one content in memory. */
export function wholeContent(size: number): ContentTaker<Uint8Array> {
  const content = Buffer.allocUnsafeSlow(size);
  let at = 0;
  return {
    add(bytes) {
      content.set(bytes, at);
      at += bytes.length;
    },
    finish: () => content.subarray(0, at),
  };
}

/**
 * Reads a section again and yields what the takers made, by offset of the entry's header. `takerOf` says for each entry
 * whether and how it is taken. Fails with `malformed` where the file has changed since it was first read.
 */
export async function* takeContents<T>(
  source: ByteSource,
  section: Pick<Section, 'start' | 'end'>,
  takerOf: (entry: TarHeader) => ContentTaker<T> | undefined,
): AsyncGenerator<readonly [offset: number, taken: T]> {
  const taken: [number, T][] = [];
  const reader = new TarReader(new Taking(takerOf, taken), limitsFor(source));
  const compressed = Readable.from(rangeOf(source, section.start, section.end));
  const inflated = createGunzip({ chunkSize: chunkBytes });
  compressed.on('error', (failure) => inflated.destroy(failure));
  compressed.pipe(inflated);
  try {
    for await (const chunk of inflated) {
      reader.write(chunk as Buffer);
      yield* taken.splice(0);
    }
    reader.end();
    yield* taken.splice(0);
  } catch (cause) {
    const failure =
      cause instanceof Failure
        ? cause
        : new Failure('malformed', 'a package changed while it was being read', { cause });
    throw ofSource(source, failure);
  } finally {
    inflated.destroy();
    compressed.destroy();
  }
}

const chunkBytes = 256 * 1024;

class Taking<T> implements TarSink {
  readonly #takerOf: (entry: TarHeader) => ContentTaker<T> | undefined;
  readonly #taken: [number, T][];
  #current: { readonly offset: number; readonly taker: ContentTaker<T> } | undefined;

  constructor(takerOf: (entry: TarHeader) => ContentTaker<T> | undefined, taken: [number, T][]) {
    this.#takerOf = takerOf;
    this.#taken = taken;
  }

  entry(header: TarHeader): void {
    const taker = this.#takerOf(header);
    this.#current = taker === undefined ? undefined : { offset: header.offset, taker };
  }

  content(bytes: Uint8Array): void {
    this.#current?.taker.add(bytes);
  }

  entryEnd(): void {
    if (this.#current !== undefined) this.#taken.push([this.#current.offset, this.#current.taker.finish()]);
    this.#current = undefined;
  }
}

/** A range of a file, end exclusive. */
export async function* rangeOf(source: ByteSource, start: number, end: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of source.open()) {
    const from = Math.max(0, start - at);
    const until = Math.min(chunk.length, end - at);
    if (until > from) yield chunk.subarray(from, until);
    at += chunk.length;
    if (at >= end) return;
  }
}
