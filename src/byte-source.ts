/** Bytes that can be read from the start, more than once. */
export interface ByteSource {
  /** For messages; never opened. */
  readonly name: string;
  /** Set where this program made the bytes: the bounds for files of others do not hold, and nothing in it counts against a published file. */
  readonly own?: true;
  open(): AsyncIterable<Uint8Array>;
}
