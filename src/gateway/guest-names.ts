/** Names that a guest asks for, each with its own address of the loopback, so that a connection shows whom it is meant for. */
import { createHash } from 'node:crypto';

const mostNames = 20_000;

export class GuestNames {
  readonly #addresses = new Map<string, string>([['localhost', '127.0.0.1']]);
  readonly #names = new Map<string, string>([['127.0.0.1', 'localhost']]);

  /** The address of a name, which follows from the name alone unless two names meet; undefined once there are too many names. */
  address(name: string): string | undefined {
    const known = this.#addresses.get(name);
    if (known !== undefined || this.#names.size >= mostNames) return known;
    for (let attempt = 0; ; attempt += 1) {
      const address = addressFor(name, attempt);
      if (this.#names.has(address)) continue;
      this.#addresses.set(name, address);
      this.#names.set(address, name);
      return address;
    }
  }

  /** The name to which an address was given. */
  name(address: string): string | undefined {
    return this.#names.get(address.replace(/^::ffff:/, ''));
  }
}

/** The addresses are in 127.64.0.0/10, since programs of a build that listen themselves take the first addresses of the loopback. */
function addressFor(name: string, attempt: number): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(`${name} ${attempt}`).digest();
  return `127.${64 + (a % 64)}.${b}.${1 + (c % 254)}`;
}
