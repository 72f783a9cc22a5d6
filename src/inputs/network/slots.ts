/** Limits how much is done with one host at the same time. */

/** A limited number of uses of a host at once. */
export class Slots {
  readonly #most: number;
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, Queue>();

  constructor(most: number) {
    this.#most = most;
  }

  async take(host: string): Promise<() => void> {
    const taken = this.#taken.get(host) ?? 0;
    if (taken < this.#most) this.#taken.set(host, taken + 1);
    else await new Promise<void>((go) => this.#queueOf(host).add(go));
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#waiting.get(host)?.take();
      if (next !== undefined) next();
      else this.#taken.set(host, this.#taken.get(host)! - 1);
    };
  }

  #queueOf(host: string): Queue {
    const queue = this.#waiting.get(host) ?? new Queue();
    this.#waiting.set(host, queue);
    return queue;
  }
}

/** Who came first goes first; a guest can make any number wait, so nothing is moved when one goes. */
class Queue {
  #incoming: (() => void)[] = [];
  /** Those that came before all of the others, the first of them last. */
  #outgoing: (() => void)[] = [];

  add(go: () => void): void {
    this.#incoming.push(go);
  }

  take(): (() => void) | undefined {
    if (this.#outgoing.length === 0) {
      this.#outgoing = this.#incoming.reverse();
      this.#incoming = [];
    }
    return this.#outgoing.pop();
  }
}
