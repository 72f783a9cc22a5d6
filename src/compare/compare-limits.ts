/**
 * Bounds for looking into contents. What exceeds one is listed as not looked at. All of them count bytes, steps or
 * values, never seconds: the same two files give the same parts on every machine.
 */
export interface CompareLimits {
  /** Bytes of both sides of one content that is compared in memory; larger ones are compared block by block. */
  readonly contentBytes: number;
  /** Bytes held at once along one chain of nested contents, both sides together. */
  readonly heldBytes: number;
  /** Bytes that everything inside one content may inflate to, both sides together. */
  readonly inflatedBytes: number;
  /** Bytes of all contents of one package pair that are looked into. */
  readonly totalBytes: number;
  /** Levels of contents inside contents. */
  readonly depth: number;
  /** Units of work for one content; about a second is 20 million. */
  readonly steps: number;
  /** Inserted and removed lines up to which one text is aligned exactly. */
  readonly edits: number;
  /** Members of one archive, sections or symbols of one object file. */
  readonly members: number;
  /** Parts of one difference. */
  readonly parts: number;
  /** Ranges of bytes shown for one content, and bytes shown of each. */
  readonly windows: number;
  readonly windowBytes: number;
  /** Hunks of one text, and lines of one hunk. */
  readonly hunks: number;
  readonly hunkLines: number;
  /** Characters of one value. */
  readonly valueCharacters: number;
  /** Characters of all parts of one difference. */
  readonly outputCharacters: number;
  /** Characters of all parts of one package pair. */
  readonly totalCharacters: number;
  /** Differences of one section that are kept; further ones are counted. This is more than any report lists. */
  readonly differences: number;
  /** Passes over two packages whose entries are in different orders. */
  readonly passes: number;
}

const mebibyte = 1024 * 1024;

/** How much of two contents is read and shown where nothing else is said. */
export const defaultCompareLimits: CompareLimits = {
  contentBytes: 96 * mebibyte,
  heldBytes: 128 * mebibyte,
  inflatedBytes: 256 * mebibyte,
  totalBytes: 4096 * mebibyte,
  depth: 8,
  steps: 40_000_000,
  edits: 500,
  members: 65_536,
  parts: 500,
  windows: 16,
  windowBytes: 32,
  hunks: 60,
  hunkLines: 120,
  valueCharacters: 400,
  outputCharacters: 512 * 1024,
  totalCharacters: 32 * 1024 * 1024,
  differences: 20_000,
  passes: 3,
};
