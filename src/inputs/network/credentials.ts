/** Credentials for servers, from the environment or a netrc file; they are used only in requests. */
import { isIPv4 } from 'node:net';
import type { Provenance } from './addresses.ts';

/** The value of an `Authorization` header for an address; undefined where there are none for an address with this provenance. */
export type Credentials = (url: URL, provenance: Provenance) => string | undefined;

interface NetrcEntry {
  /** Undefined for `default`. */
  readonly machine: string | undefined;
  readonly login: string;
  readonly password: string;
}

/**
 * Credentials from text: `HTTP_AUTH` as apko has it (`basic:<host>:<user>:<password>` or `bearer:<host>:<token>`, several
 * separated by commas; apko pkg/apk/auth) before netrc (ftp(1), as curl reads it). Only https and this machine get credentials. Where
 * a package chose the address, they must name its host explicitly, and its port as well unless it is the usual one of https.
 * @param ownHosts hosts that this program names and the user did not: they do not get the `default` of netrc
 */
export function makeCredentials(
  httpAuth: string,
  netrc: string,
  ownHosts: readonly string[] = [],
): Credentials {
  const headers = new Map(httpAuth.split(',').flatMap(parseHttpAuth));
  const entries = parseNetrc(netrc);
  return (url, provenance) => {
    if (url.protocol !== 'https:' && !isLoopback(url.hostname)) return undefined;
    const named = provenance === 'named';
    const anyPort = named || url.port === '';
    const own = headers.get(url.host) ?? (anyPort ? headers.get(url.hostname) : undefined);
    if (own !== undefined) return own;
    const byDefault = named && !ownHosts.includes(url.host);
    const entry = entries.find(({ machine }) =>
      machine === undefined ? byDefault : anyPort && machine === url.hostname,
    );
    return entry === undefined ? undefined : basic(entry.login, entry.password);
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function parseHttpAuth(text: string): [string, string][] {
  const match = /^\s*(basic|bearer):((?:\[[^\]]*\]|[^:]+)(?::\d+(?=:))?):(.*)$/.exec(text);
  if (match === null) return [];
  const [, scheme, host, rest] = match as unknown as [string, string, string, string];
  if (scheme === 'bearer') return [[host, `Bearer ${rest}`]];
  const at = rest.indexOf(':');
  return at < 0 ? [] : [[host, basic(rest.slice(0, at), rest.slice(at + 1))]];
}

/** The lines without comments and macros, which end at an empty line. */
function netrcLines(text: string): string[] {
  let inMacro = false;
  return text.split('\n').filter((line) => {
    const begins = /^\s*macdef\b/.test(line);
    inMacro = begins || (inMacro && line !== '');
    return !inMacro && !/^\s*#/.test(line);
  });
}

/** Entries of a netrc file in their order; macros are skipped. */
function parseNetrc(text: string): NetrcEntry[] {
  const words = netrcLines(text).flatMap((line) => line.split(/\s+/).filter(Boolean));
  const entries: { machine: string | undefined; login: string; password: string }[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const last = entries.at(-1);
    const word = words[at];
    if (word === 'default') entries.push({ machine: undefined, login: '', password: '' });
    else if (word === 'machine') entries.push({ machine: words[++at] ?? '', login: '', password: '' });
    else if (word === 'login' && last !== undefined) last.login = words[++at] ?? '';
    else if (word === 'password' && last !== undefined) last.password = words[++at] ?? '';
    else if (word === 'account') at += 1;
  }
  return entries;
}
