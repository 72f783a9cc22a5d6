/** Requests of steps that the gateway always refuses, whatever the transcript says. */

export const refusalKinds = [
  'address',
  'host',
  'connect',
  'websocket',
  'protocol',
  'untrusted',
  'connections',
  'requests',
  'egress',
  'name',
  'unserved',
] as const;

export type RefusalKind = (typeof refusalKinds)[number];

/** What each kind is, for people. */
export const refusalTitles: Readonly<Record<RefusalKind, string>> = {
  address: 'a connection to an address that no name leads to',
  host: 'a request for a host other than the one connected to',
  connect: 'a tunnel or a proxy',
  websocket: 'a WebSocket',
  protocol: 'a protocol that is not HTTP',
  untrusted: 'a program that does not trust the gateway',
  connections: 'more connections than the bound',
  requests: 'more requests than the bound',
  egress: 'more sent than the bound',
  name: 'a name that was not given an address',
  unserved: 'a datagram, or a connection to a port that is not served',
};

export interface Refusal {
  readonly kind: RefusalKind;
  /** The host and port, or as much of them as is known; attacker-controlled. */
  readonly target: string;
  readonly count: number;
}

const mostRefusals = 1000;
const mostTargetLength = 300;

/** Collects refusals: each target once, with how often it was refused. */
export class Refusals {
  readonly #counts = new Map<string, { kind: RefusalKind; target: string; count: number }>();

  add(kind: RefusalKind, target: string, times = 1): void {
    if (times === 0) return;
    const shown = target.slice(0, mostTargetLength);
    const known = this.#counts.get(`${kind} ${shown}`);
    if (known !== undefined) known.count += times;
    else if (this.#counts.size < mostRefusals)
      this.#counts.set(`${kind} ${shown}`, { kind, target: shown, count: times });
  }

  list(): Refusal[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => ({ ...each }));
  }
}
