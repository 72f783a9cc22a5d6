/** Compares contents within the limits of one package pair: small ones at once, larger ones in worker threads. */
import { compareContent } from './comparators/comparators.ts';
import { charactersOf, unreadPart } from './comparators/parts.ts';
import type { CompareLimits } from './compare-limits.ts';
import type { Part } from './part.ts';
import { ComparePool } from './pool.ts';

/** The number of bytes from which starting a thread and handing the bytes over costs less than the work. */
const worthAThread = 2 * 1024 * 1024;

const mostWaiting = 64;

export class ContentComparison {
  readonly #limits: CompareLimits;
  readonly #pool: ComparePool;
  #bytesLeft: number;
  #charactersLeft: number;
  /** What was added and has not been taken yet, in order. */
  #waiting: { readonly bytes: number; readonly taken: Promise<void> }[] = [];

  constructor(limits: CompareLimits) {
    this.#limits = limits;
    this.#pool = new ComparePool();
    this.#bytesLeft = limits.totalBytes;
    this.#charactersLeft = limits.totalCharacters;
  }

  /** Whether this many more bytes may be looked into; counts them. */
  afford(bytes: number): boolean {
    if (bytes > this.#bytesLeft) return false;
    this.#bytesLeft -= bytes;
    return true;
  }

  /** Compares two contents, which are handed over; `take` is called once the parts are known. */
  async add(
    path: string,
    published: Uint8Array,
    rebuilt: Uint8Array,
    take: (parts: readonly Part[]) => void,
  ): Promise<void> {
    const bytes = published.length + rebuilt.length;
    await this.#makeRoom(bytes);
    const parts =
      bytes < worthAThread
        ? await compareContent(path, published, rebuilt, this.#limits)
        : this.#pool.compare({ path, published, rebuilt, limits: this.#limits });
    // In order, so that the same packages are cut at the same place.
    const before = this.#waiting.at(-1)?.taken;
    const taken = (async () => {
      await before;
      take(this.#counted(await parts));
    })();
    this.#waiting.push({ bytes: bytes < worthAThread ? 0 : bytes, taken });
  }

  /** Waits until everything that was added is compared. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting.splice(0).map(({ taken }) => taken));
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Waits for the oldest contents until there is room for this many bytes. */
  async #makeRoom(bytes: number): Promise<void> {
    const held = () => this.#waiting.reduce((sum, each) => sum + each.bytes, bytes);
    while (
      this.#waiting.length > mostWaiting ||
      (this.#waiting.length > 0 && held() > this.#limits.contentBytes)
    ) {
      await this.#waiting.shift()!.taken;
    }
  }

  /** The parts, counted: the output of a whole package pair is bounded as well. */
  #counted(parts: readonly Part[]): readonly Part[] {
    this.#charactersLeft -= parts.reduce((sum, part) => sum + charactersOf(part), 0);
    return this.#charactersLeft >= 0
      ? parts
      : [unreadPart('binary', '', 'too many parts in this package to list all')];
  }
}
