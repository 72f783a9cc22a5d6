/** Collects the entries of an archive while it is read. */
import { type Hasher, type Sha1, type Sha256, sha1, sha1Hasher, sha256, sha256Hasher } from '../digest.ts';
import type { ApkEntry } from './apk-entry.ts';
import type { Limits } from './limits.ts';
import type { TarHeader } from './tar-header.ts';
import type { TarSink } from './tar-reader.ts';

const emptySha1 = sha1(new Uint8Array(0));
const emptySha256 = sha256(new Uint8Array(0));

/** Turns the events of a tar into entries with digests. */
export class EntryCollector implements TarSink {
  readonly #entries: ApkEntry[];
  readonly #keep: (path: string) => boolean;
  readonly #limits: Limits;
  #current: TarHeader | undefined;
  #sha1: Hasher<Sha1> | undefined;
  #sha256: Hasher<Sha256> | undefined;
  #content: Kept | undefined;

  readonly #next: TarSink | undefined;

  constructor(entries: ApkEntry[], keep: (path: string) => boolean, limits: Limits, next?: TarSink) {
    this.#entries = entries;
    this.#keep = keep;
    this.#limits = limits;
    this.#next = next;
  }

  entry(header: TarHeader): void {
    this.#current = header;
    this.#content = this.#keep(header.name) ? new Kept(this.#limits.keptBytes) : undefined;
    this.#sha1 = undefined;
    this.#sha256 = undefined;
    this.#next?.entry(header);
  }

  content(bytes: Uint8Array): void {
    this.#sha1 ??= sha1Hasher();
    this.#sha256 ??= sha256Hasher();
    this.#sha1.update(bytes);
    this.#sha256.update(bytes);
    this.#content?.add(bytes);
    this.#next?.content(bytes);
  }

  entryEnd(): void {
    const kept = this.#content?.whole === true ? { content: this.#content.bytes() } : {};
    this.#entries.push({
      ...this.#current!,
      sha1: this.#sha1?.digest() ?? emptySha1,
      sha256: this.#sha256?.digest() ?? emptySha256,
      ...kept,
    });
    this.#next?.entryEnd();
  }
}

/** The first bytes of a stream, up to a bound. */
export class Kept {
  whole = true;
  size = 0;
  readonly #parts: Uint8Array[] = [];
  readonly #bound: number;

  constructor(bound: number) {
    this.#bound = bound;
  }

  add(bytes: Uint8Array): void {
    const part = bytes.subarray(0, Math.max(0, this.#bound - this.size));
    if (part.length < bytes.length) this.whole = false;
    if (part.length === 0) return;
    this.#parts.push(Uint8Array.from(part));
    this.size += part.length;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}
