/** Limits how much is done with one host at the same time. */
import { Queues } from '../../lists.ts';

/** A limited number of uses of a host at once. */
export class Slots {
  readonly #most: number;
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Queues<string, () => void>();

  constructor(most: number) {
    this.#most = most;
  }

  async take(host: string): Promise<() => void> {
    const taken = this.#taken.get(host) ?? 0;
    if (taken < this.#most) this.#taken.set(host, taken + 1);
    else await new Promise<void>((go) => this.#waiting.add(host, go));
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#waiting.take(host);
      if (next !== undefined) next();
      else this.#taken.set(host, this.#taken.get(host)! - 1);
    };
  }
}
