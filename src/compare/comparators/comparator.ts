/** What a comparator of one format is, and what it is handed. */
import { Failure } from '../../failure.ts';
import type { CompareLimits } from '../limits.ts';
import type { FormatName, Part } from '../part.ts';

export interface Comparator {
  readonly format: FormatName;
  /** Whether both contents may be of the format: by their first bytes and, where these say nothing, by the path. */
  matches(published: Uint8Array, rebuilt: Uint8Array, path: string): boolean;
  /**
   * What differs; undefined says that one of the two is not of the format after all. An empty list says that every
   * value that the format knows of is the same. May throw a `Failure` where a bound was hit.
   */
  compare(published: Uint8Array, rebuilt: Uint8Array, context: CompareContext): Promised<readonly Part[]>;
}

type Promised<T> = Promise<T | undefined> | T | undefined;

export interface CompareContext {
  readonly limits: CompareLimits;
  /** The name of the content, which may tell its format. Attacker-controlled. */
  readonly path: string;
  readonly work: Work;
  /** Bytes that may still be held beside what is held already. */
  readonly heldBytes: number;
  /** Compares what is inside under a name of its own; no parts where it is the same. */
  inside(path: string, published: Uint8Array, rebuilt: Uint8Array): Promise<readonly Part[]>;
}

/** What comparing one content may still cost. */
export class Work {
  #steps: number;
  #inflated: number;

  constructor(limits: Pick<CompareLimits, 'steps' | 'inflatedBytes'>) {
    this.#steps = limits.steps;
    this.#inflated = limits.inflatedBytes;
  }

  /** Fails with `limit-exceeded` once all steps are spent. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new Failure('limit-exceeded', 'comparing takes too many steps');
  }

  get stepsLeft(): number {
    return Math.max(0, this.#steps);
  }

  /** Bytes that may still be inflated. */
  get inflatable(): number {
    return Math.max(0, this.#inflated);
  }

  /** Counts bytes that were inflated. */
  inflated(bytes: number): void {
    this.#inflated -= bytes;
    if (this.#inflated < 0) throw new Failure('limit-exceeded', 'what is inside inflates beyond its limit');
  }
}

/** The largest number of bytes that one side of a nested content may inflate to. */
export function inflateBound({ heldBytes, work }: Pick<CompareContext, 'heldBytes' | 'work'>): number {
  return Math.max(1, Math.min(Math.floor(heldBytes / 2), work.inflatable));
}

/** Whether bytes begin with others, at an offset. */
export function hasBytesAt(bytes: Uint8Array, expected: readonly number[], offset = 0): boolean {
  return (
    bytes.length >= offset + expected.length && expected.every((byte, at) => bytes[offset + at] === byte)
  );
}

/** A `matches` that looks at the first bytes of both. */
export function bothBegin(...expected: readonly number[]): Comparator['matches'] {
  return (published, rebuilt) => hasBytesAt(published, expected) && hasBytesAt(rebuilt, expected);
}
