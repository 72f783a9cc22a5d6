/** What decoders of compressed streams share. */

/** The content; or that the stream is damaged, or of a kind that is not read: its window is too large, or a filter is not known. */
export type Decoded = Uint8Array | 'damaged' | 'not-read';

/** Receives the number of bytes that a decoder made with the last piece; throws a `Failure` beyond the caller's limit. */
export type OnSize = (bytes: number) => void;
