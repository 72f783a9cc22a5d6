/** What decoders of compressed streams share. */

/** The content; or that the stream is damaged, or of a kind that is not read: a window too large, a filter not known. */
export type Decoded = Uint8Array | 'damaged' | 'not-read';

/** Bytes that a decoder made with the last piece; throws a `Failure` beyond the caller's bound. */
export type OnSize = (bytes: number) => void;
