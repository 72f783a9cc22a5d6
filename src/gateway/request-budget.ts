/** Bounds on what the steps of one build send: how many requests, and how many bytes. */
import type { Readable } from 'node:stream';
import type { RefusalKind } from '../transcript/refusals.ts';

export interface EgressBounds {
  readonly requests: number;
  /** Bytes of all addresses and headers that a transcript holds. */
  readonly headBytes: number;
  /** Bytes of the body of one request. */
  readonly bodyBytes: number;
  /** Bytes of all bodies together. */
  readonly totalBytes: number;
}

const mebibyte = 1024 ** 2;

const usualEgressBounds: EgressBounds = {
  requests: 30_000,
  headBytes: 8 * mebibyte,
  bodyBytes: 16 * mebibyte,
  totalBytes: 64 * mebibyte,
};

export class RequestBudget {
  readonly #bounds: EgressBounds;
  #requests = 0;
  #headBytes = 0;
  #bytes = 0;

  constructor(bounds: EgressBounds = usualEgressBounds) {
    this.#bounds = bounds;
  }

  /** Counts a request whose address and headers have this many bytes; returns the refusal where that exceeds a limit. */
  begin(headBytes: number): RefusalKind | undefined {
    this.#requests += 1;
    this.#headBytes += headBytes;
    const { requests, headBytes: most } = this.#bounds;
    return this.#requests > requests || this.#headBytes > most ? 'requests' : undefined;
  }

  /** The whole body of a request. */
  async readBody(request: Readable): Promise<Buffer | 'egress'> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      this.#bytes += (chunk as Buffer).length;
      if (bytes > this.#bounds.bodyBytes || this.#bytes > this.#bounds.totalBytes) return 'egress';
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  }
}
