/** Bytes that can be read from the start, more than once. */
export interface ByteSource {
  /** For messages; never opened. */
  readonly name: string;
  /** This program made it: no bounds for strangers' files hold, and nothing in it speaks against a published file. */
  readonly own?: true;
  open(): AsyncIterable<Uint8Array>;
}
