/** Turns of the answers over one connection of HTTP/1.1, where they wait for each other. */
import type { Socket } from 'node:net';
import { Slots } from '../inputs/network/slots.ts';

/** More than any client has that is known to send requests ahead (apt: 10). */
const mostPipelined = 16;

/**
 * A client can send any number of requests without reading (RFC 9112 §9.3.2), and each open answer has a file and a buffer. Turns are given in the
 * order of the requests, so the one whose answer the client is sent has one; where none is left, nothing more is read of the connection than a body
 * that an open request lacks.
 */
export class PipelinedTurns {
  readonly #connection: Socket;
  readonly #slots = new Slots(mostPipelined);
  #requests = 0;

  constructor(connection: Socket) {
    this.#connection = connection;
  }

  /** Waits for a turn; what it gives ends the turn. */
  async take(): Promise<() => void> {
    this.#requests += 1;
    if (this.#requests >= mostPipelined) this.#connection.pause();
    const done = await this.#slots.take('');
    return () => {
      done();
      this.#requests -= 1;
      if (this.#requests < mostPipelined) this.#connection.resume();
    };
  }
}
