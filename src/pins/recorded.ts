/** What was recorded before the steps ran, from which pins are read. */
import { addAll } from '../lists.ts';
import type { Pin } from './pin.ts';

/** A regular file of an archive or a git tree that was fetched by digest or by commit, or that is next to the recipe. */
export interface RecordedFile {
  /** For messages: the source and the path in it, `/`-separated. */
  readonly path: string;
  readonly size: number;
  /** The content; it is requested at most once, before the next file, and only for files that may hold pins. Undefined where it cannot be read. */
  readonly read: (() => Promise<Uint8Array>) | undefined;
}

/** A commit that the recipe or a tree names: what a recipe expects of a checkout, or a submodule. */
export interface RecordedCommit {
  /** 40 or 64 hex digits. */
  readonly commit: string;
  /** The step, or the path of the submodule. */
  readonly file: string;
}

export interface RecordedSources {
  readonly files: AsyncIterable<RecordedFile>;
  readonly commits: readonly RecordedCommit[];
  /** Steps by name, as they run, with everything substituted. */
  readonly steps: readonly { readonly name: string; readonly text: string }[];
}

/** Pins of one file, or why it gives none. */
export type ParsedPins = readonly Pin[] | 'not-this-format';

/** Reads the pins of one file. Their places name it by `file`. */
export type PinParser = (file: string, bytes: Uint8Array) => ParsedPins;

/** A list to which pins are added. */
export class PinList {
  readonly #pins: Pin[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get pins(): readonly Pin[] {
    return this.#pins;
  }

  /** Adds the same digests for each of several subjects. */
  add(
    subjects: readonly string[],
    digests: readonly Pick<Pin, 'algorithm' | 'value'>[],
    entry: string,
    line?: number,
  ): void {
    const place = { file: this.#file, line, entry };
    for (const subject of subjects)
      addAll(
        this.#pins,
        digests.map(({ algorithm, value }) => ({ subject, algorithm, value, place })),
      );
  }
}
