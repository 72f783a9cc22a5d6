/** What a build requested from the network and which answers it got, one exchange at a time. */
import type { Sha256 } from '../digest.ts';

/** Bytes that are kept in the store under their digest. */
export interface StoredBytes {
  readonly sha256: Sha256;
  readonly size: number;
}

/** One answered request of a build, as a transcript holds it: no times, no addresses of a machine. */
export interface Exchange {
  readonly method: string;
  /** Absolute, https or http, normalised. */
  readonly url: string;
  /** The digest and size of the request's body; undefined where there was none. */
  readonly requestBody: StoredBytes | undefined;
  readonly status: number;
  /** The headers that matter to clients, with names in lower case, sorted. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The answer's body as it was sent, content encodings kept. */
  readonly body: StoredBytes;
}
