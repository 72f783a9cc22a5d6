/** The user and the machine that run the program, as far as the sandbox and the network must know them. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import type { ProgressEvent } from '../flow/run-options.ts';
import { makeCredentials } from '../inputs/network/credentials.ts';
import { defaultNetwork, type NetworkOptions } from '../inputs/network/network-options.ts';
import { wolfi } from '../repository/known.ts';
import { perHostVariable } from '../sweep/judge/watched-names.ts';

/** The permissions on the command line for what may be contacted. */
export interface NetworkFlags {
  readonly offline?: boolean;
  readonly allowPrivateAddresses?: boolean;
  readonly allowPlainHttp?: boolean;
}

/** The network of a run: proxies and credentials come from the environment, permissions from the command line. */
export function callerNetwork(raw: NetworkFlags, onProgress: (event: ProgressEvent) => void): NetworkOptions {
  const { env } = process;
  return {
    ...defaultNetwork,
    perHost: /^[1-9]$/.test(env[perHostVariable] ?? '')
      ? Number(env[perHostVariable])
      : defaultNetwork.perHost,
    policy: {
      offline: raw.offline ?? false,
      allowPrivateAddresses: raw.allowPrivateAddresses ?? false,
      allowPlainHttp: raw.allowPlainHttp ?? false,
    },
    proxies: {
      http: proxyAddress(env['http_proxy'] ?? env['HTTP_PROXY']),
      https: proxyAddress(env['https_proxy'] ?? env['HTTPS_PROXY']),
      none: env['no_proxy'] ?? env['NO_PROXY'],
    },
    credentials: makeCredentials(env['HTTP_AUTH'] ?? '', readNetrc(env['NETRC']), [
      new URL(wolfi.location).host,
    ]),
    onTransfer: (transfer) => onProgress({ kind: 'transfer', ...transfer }),
  };
}

/** The address of a proxy; one without a scheme is http, as in curl. Fails with `usage` for what is not an address. */
function proxyAddress(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const address = text.includes('://') ? text : `http://${text}`;
  if (/^https?:/i.test(address) && URL.canParse(address)) return address;
  throw new Failure('usage', 'the proxy in the environment is not an http or https address');
}

function readNetrc(named: string | undefined): string {
  try {
    return readFileSync(named ?? join(homedir(), '.netrc'), 'utf8');
  } catch {
    return '';
  }
}
