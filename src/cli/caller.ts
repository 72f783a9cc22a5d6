/** Who runs the program and where, as far as the sandbox and the network must know. */
import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { callerIdMap, type IdMap } from '../build/sandbox/id-map.ts';
import type { ProgressEvent } from '../flow/options.ts';
import { makeCredentials } from '../inputs/credentials.ts';
import { defaultNetwork, type NetworkOptions } from '../inputs/inputs.ts';
import type { RawOptions } from './options.ts';

/** The ids that the caller may use; a uid without an account, as containers have it, has no subordinate ones. */
export function callerIds(): IdMap {
  const uid = process.getuid?.() ?? -1;
  return callerIdMap({ uid, gid: process.getgid?.() ?? -1, name: accountName() ?? String(uid) });
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** apk's name of the architecture that this program runs on. */
export function callerArchitecture(): string {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64';
}

/** Proxies and credentials of the environment; what may be contacted, of the command line. */
export function callerNetwork(raw: RawOptions, onProgress: (event: ProgressEvent) => void): NetworkOptions {
  const { env } = process;
  return {
    ...defaultNetwork,
    policy: {
      offline: raw.offline ?? false,
      allowPrivateAddresses: raw.allowPrivateAddresses ?? false,
      allowPlainHttp: raw.allowPlainHttp ?? false,
    },
    proxies: {
      http: env['http_proxy'] ?? env['HTTP_PROXY'],
      https: env['https_proxy'] ?? env['HTTPS_PROXY'],
      none: env['no_proxy'] ?? env['NO_PROXY'],
    },
    credentials: makeCredentials(env['HTTP_AUTH'] ?? '', readNetrc(env['NETRC'])),
    onTransfer: (transfer) => onProgress({ kind: 'transfer', ...transfer }),
  };
}

function readNetrc(named: string | undefined): string {
  try {
    return readFileSync(named ?? join(homedir(), '.netrc'), 'utf8');
  } catch {
    return '';
  }
}
