/** The gateway to the network (undici): one exchange at a time with an address that the policy allows, redirects followed. */

import { lookup as lookUp } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { shownAddress } from '../../address.ts';
import { Failure } from '../../failure.ts';
import {
  type AddressPolicy,
  isPrivateAddress,
  type Provenance,
  parseAddress,
  privateRefused,
  type Resolve,
  requireAllowed,
} from './addresses.ts';
import type { Credentials } from './credentials.ts';
import type { NamedAddresses, RequestSecrets } from './named-addresses.ts';
import { Slots } from './slots.ts';

export interface Proxies {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Comma-separated hosts that are reached directly. */
  readonly none: string | undefined;
}

export interface HttpOptions {
  readonly policy: AddressPolicy;
  readonly proxies: Proxies;
  readonly credentials: Credentials;
  readonly named: NamedAddresses;
  readonly resolve: Resolve;
  readonly perHost: number;
  /** The time to connect, until the headers are received, and between two pieces of a body. */
  readonly timeoutMilliseconds: number;
  readonly signal: AbortSignal;
}

/** An answer whose body must be consumed or destroyed. */
export interface Answer {
  readonly status: number;
  /** The address that answered, after redirects. */
  readonly url: URL;
  /** Who chose that address: a redirect to a different host was not chosen by the user. */
  readonly trust: Provenance;
  /** The `Authorization` header that was sent to it, for a second program that contacts the same address. */
  readonly authorization: string | undefined;
  readonly header: (name: string) => string | undefined;
  readonly body: Readable;
}

export interface Http {
  /**
   * A GET with redirects followed. Fails with `address-refused`, or with `unreachable` for what a redirect must not do;
   * failures of the network are thrown unchanged, for `isTransient` to judge.
   */
  get(location: string, provenance: Provenance, headers: Readonly<Record<string, string>>): Promise<Answer>;
  /**
   * One exchange on behalf of a build, with nothing of the user's in it: a redirect is an answer. Fails as `get` does for one address.
   */
  send(request: BuildRequest): Promise<BuildAnswer>;
  /** The same connections, with every `get` of an allowed address waiting until `ready` has succeeded, and failing as it does. */
  after(ready: () => Promise<void>): Http;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A request of a build's own. */
export interface BuildRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** What it was answered; the body must be consumed or destroyed. */
export interface BuildAnswer {
  readonly status: number;
  /** Several of one name are joined (RFC 9110 §5.3). */
  readonly header: (name: string) => string | undefined;
  readonly body: Readable;
}

const mostRedirects = 10;
/** More than is received before the caller begins to read, so that the parser is never stopped (`consume` in download.ts). */
const unreadBytes = 16 * 1024 * 1024;

type Undici = typeof import('undici');

interface Agents {
  readonly request: Undici['request'];
  readonly named: Dispatcher;
  readonly recorded: Dispatcher;
}

export function makeHttp(options: HttpOptions): Http {
  const slots = new Slots(options.perHost);
  let agents: Promise<Agents> | undefined;
  const httpAfter = (ready: () => Promise<void>): Http => ({
    async get(location, provenance, headers) {
      const first = parseAddress(location);
      let url = first;
      for (let redirects = 0; ; redirects += 1) {
        const trust = url.hostname === first.hostname ? provenance : 'recorded';
        await requireAllowed(url, trust, policyOf(options.policy, url, first), options.resolve);
        await ready();
        agents ??= openAgents(options);
        const opened = await agents;
        const release = await slots.take(url.host);
        const secrets = secretsFor(url, first, provenance, options);
        const answer = await exchange(url, trust, secrets, headers, opened, options).catch(
          (failure: unknown) => {
            release();
            throw failure;
          },
        );
        answer.body.once('close', release);
        const next = redirectTarget(answer);
        if (next === undefined) return answer;
        answer.body.on('error', () => undefined).destroy();
        if (redirects === mostRedirects) throw misled(location, 'it redirects too often');
        if (url.protocol === 'https:' && next.protocol !== 'https:')
          throw misled(location, 'it redirects to an unprotected address');
        url = next;
      }
    },
    async send(request) {
      await requireAllowed(request.url, 'recorded', options.policy, options.resolve);
      agents ??= openAgents(options);
      const opened = await agents;
      const release = await slots.take(request.url.host);
      return sendOnce(request, opened, options, release);
    },
    after: httpAfter,
    async close() {
      if (agents === undefined) return;
      const { named, recorded } = await agents;
      await Promise.all([named.destroy(), recorded.destroy()]);
    },
  });
  return httpAfter(async () => undefined);
}

/** The policy for an address. A redirect from plain http to plain http is allowed as the first address was. */
function policyOf(policy: AddressPolicy, url: URL, first: URL): AddressPolicy {
  return url === first || first.protocol === 'https:' ? policy : { ...policy, allowPlainHttp: true };
}

/** undici is loaded when something is fetched: most commands never do. */
async function openAgents(options: HttpOptions): Promise<Agents> {
  const undici = await import('undici');
  const named = agent(undici, options, undefined);
  const recorded = options.policy.allowPrivateAddresses ? named : agent(undici, options, publicLookup);
  return { request: undici.request, named, recorded };
}

function agent(
  { EnvHttpProxyAgent }: Undici,
  { proxies, timeoutMilliseconds }: HttpOptions,
  lookup: LookupFunction | undefined,
): Dispatcher {
  return new EnvHttpProxyAgent({
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.none ?? '',
    // A proxy forwards plain http itself (RFC 9112 §3.2.2) and tunnels only https; many refuse anything else.
    proxyTunnel: false,
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
    connect: { timeout: timeoutMilliseconds, ...(lookup === undefined ? {} : { lookup }) },
  });
}

/** Looks a name up at the moment of connecting, so that no second answer can lead elsewhere. */
const publicLookup: LookupFunction = (host, options, done) => {
  lookUp(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '', 0);
    if (addresses.some(({ address }) => isPrivateAddress(address)))
      return done(privateRefused(`//${host}`) as NodeJS.ErrnoException, '', 0);
    if (options.all === true) return done(null, addresses);
    done(null, addresses[0]!.address, addresses[0]!.family);
  });
};

/**
 * The secrets of a request: none once a redirect has left the scheme, host and port of the first address, and the user's
 * query only with the first request.
 */
function secretsFor(
  url: URL,
  first: URL,
  provenance: Provenance,
  { credentials, named }: Pick<HttpOptions, 'credentials' | 'named'>,
): RequestSecrets {
  if (url.origin !== first.origin) return { authorization: undefined, query: '' };
  const { authorization, query } = requestSecrets(first, provenance, { credentials, named });
  return { authorization, query: url === first ? query : '' };
}

/** The secrets of a request to an address, by who chose it. */
export function requestSecrets(
  url: URL,
  provenance: Provenance,
  { credentials, named }: Pick<HttpOptions, 'credentials' | 'named'>,
): RequestSecrets {
  const written = provenance === 'named' ? named.of(url) : undefined;
  const authorization = credentials(url, provenance) ?? written?.authorization;
  return { authorization, query: written?.query ?? '' };
}

async function exchange(
  url: URL,
  trust: Provenance,
  { authorization, query }: RequestSecrets,
  headers: Readonly<Record<string, string>>,
  agents: Agents,
  { signal }: HttpOptions,
): Promise<Answer> {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  if (query !== '') bare.search = [url.search.replace(/^\?/, ''), query].filter(Boolean).join('&');
  const {
    statusCode,
    headers: received,
    body,
  } = await agents.request(bare, {
    dispatcher: agents[trust],
    highWaterMark: unreadBytes,
    signal,
    headers: {
      'user-agent': 'wolfi-repro',
      'accept-encoding': 'identity',
      ...headers,
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  const header = (name: string) => {
    const value = received[name];
    return typeof value === 'string' ? value : value?.[0];
  };
  return { status: statusCode, url, trust, authorization, header, body };
}

async function sendOnce(
  { method, url, headers, body }: BuildRequest,
  agents: Agents,
  { signal }: HttpOptions,
  release: () => void,
): Promise<BuildAnswer> {
  try {
    const answer = await agents.request(url, {
      dispatcher: agents.recorded,
      method: method as Dispatcher.HttpMethod,
      highWaterMark: unreadBytes,
      signal,
      headers: { 'user-agent': 'wolfi-repro', ...headers, 'accept-encoding': 'identity' },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    answer.body.once('close', release);
    const header = (name: string) => {
      const value = answer.headers[name];
      return typeof value === 'string' ? value : value?.join(', ');
    };
    return { status: answer.statusCode, header, body: answer.body };
  } catch (failure) {
    release();
    throw failure;
  }
}

function redirectTarget({ status, header, url }: Answer): URL | undefined {
  const location = header('location');
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  return parseAddress(URL.canParse(location, url.href) ? new URL(location, url.href).href : location);
}

function misled(location: string, why: string): Failure {
  return new Failure('unreachable', `${shownAddress(location)} cannot be fetched: ${why}`);
}
