/** The interface of a comparator for one format, and what it is given. */
import { Failure } from '../../failure.ts';
import type { CompareLimits } from '../compare-limits.ts';
import type { FormatName, Part } from '../part.ts';

export interface Comparator {
  readonly format: FormatName;
  /** Whether both contents may be of the format: by their first bytes and, where these say nothing, by the path. */
  matches(published: Uint8Array, rebuilt: Uint8Array, path: string): boolean;
  /**
   * The parts that differ; undefined where one of the two is not of the format after all. An empty list says that every
   * value known to the format is the same. May throw a `Failure` where a limit was reached.
   */
  compare(published: Uint8Array, rebuilt: Uint8Array, context: CompareContext): Promised<readonly Part[]>;
}

type Promised<T> = Promise<T | undefined> | T | undefined;

export interface CompareContext {
  readonly limits: CompareLimits;
  /** The name of the content, which may show its format. Attacker-controlled. */
  readonly path: string;
  readonly work: Work;
  /** Bytes that may be held in addition to those that are held already. */
  readonly heldBytes: number;
  /** Compares a content inside this one under its own name; gives no parts where it is the same. */
  inside(path: string, published: Uint8Array, rebuilt: Uint8Array): Promise<readonly Part[]>;
}

/** The work that may still be spent on comparing one content. */
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

/** Whether bytes have the expected ones at an offset. */
export function hasBytesAt(bytes: Uint8Array, expected: readonly number[], offset = 0): boolean {
  return (
    bytes.length >= offset + expected.length && expected.every((byte, at) => bytes[offset + at] === byte)
  );
}

/** A `matches` that looks at the first bytes of both. */
export function bothBegin(...expected: readonly number[]): Comparator['matches'] {
  return (published, rebuilt) => hasBytesAt(published, expected) && hasBytesAt(rebuilt, expected);
}
