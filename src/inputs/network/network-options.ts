/** How the network is used. */
import { type AddressPolicy, type Resolve, resolveByMachine } from './addresses.ts';
import type { Credentials } from './credentials.ts';
import type { Transfer } from './download.ts';
import type { Proxies } from './http.ts';

export interface NetworkOptions {
  readonly policy: AddressPolicy;
  readonly proxies: Proxies;
  readonly credentials: Credentials;
  /** Looks names up. */
  readonly resolve: Resolve;
  /** Exchanges with one host at once. */
  readonly perHost: number;
  readonly timeoutMilliseconds: number;
  /** Attempts in a row without progress. */
  readonly attempts: number;
  readonly backoffMilliseconds: number;
  readonly onTransfer: (transfer: Transfer) => void;
  readonly slowMilliseconds?: number;
}

export const defaultNetwork: NetworkOptions = {
  policy: { offline: false, allowPrivateAddresses: false, allowPlainHttp: false },
  proxies: { http: undefined, https: undefined, none: undefined },
  credentials: () => undefined,
  resolve: resolveByMachine,
  perHost: 6,
  timeoutMilliseconds: 30_000,
  attempts: 4,
  backoffMilliseconds: 500,
  onTransfer: () => undefined,
};
