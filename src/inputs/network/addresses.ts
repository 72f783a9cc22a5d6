/** Decides which addresses may be contacted: a location out of a package was chosen by somebody else, not by the user. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { shownAddress } from '../../address.ts';
import { Failure } from '../../failure.ts';

/** Who chose an address: the user (or this program: Wolfi's own repository), or something published. */
export type Provenance = 'named' | 'recorded';

export interface AddressPolicy {
  /** No address is contacted. */
  readonly offline: boolean;
  /** Recorded addresses may lead into private networks and to this machine. */
  readonly allowPrivateAddresses: boolean;
  /** Recorded addresses may use plain http. */
  readonly allowPlainHttp: boolean;
}

/** IP addresses of a name; none where it is unknown. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Resolves names with this machine's own resolver. */
export const resolveByMachine: Resolve = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
};

/** Private, loopback, link-local, shared, documentation, multicast, translated, tunnelled and reserved ranges (RFC 6890, RFC 9637, RFC 9602, RFC 2765 §2.1). */
const privateRanges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
  ['5f00::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const blocked = new BlockList();
for (const [network, prefix, family] of privateRanges) blocked.addSubnet(network, prefix, family);

/** Whether an IP address is not that of a public host; text that is not an address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  if (family === 4) return blocked.check(address, 'ipv4');
  const embedded = embeddedIpv4(address);
  if (embedded !== undefined) return blocked.check(embedded, 'ipv4');
  return blocked.check(address, 'ipv6');
}

/** The IPv4 address inside a mapped (::ffff:0:0/96), translated (64:ff9b::/96) or 6to4 (2002::/16) one. */
function embeddedIpv4(address: string): string | undefined {
  const groups = ipv6Groups(address);
  const dotted = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  if (groups[0] === 0x2002) return dotted(groups[1]!, groups[2]!);
  const front = groups.slice(0, 6).join(',');
  if (front === '0,0,0,0,0,65535' || front === `${0x64},${0xff9b},0,0,0,0`)
    return dotted(groups[6]!, groups[7]!);
  return undefined;
}

/** The eight groups of a valid IPv6 address (RFC 4291 §2.2). */
function ipv6Groups(address: string): number[] {
  const host = new URL(`http://[${address.split('%', 1)[0]}]/`).hostname.slice(1, -1);
  const [left, right] = host.split('::') as [string, string | undefined];
  const parse = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const front = parse(left);
  const back = right === undefined ? [] : parse(right);
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}

/** Reads an address. Fails with `address-refused` for what is not an http or https address. */
export function parseAddress(location: string): URL {
  let url: URL;
  try {
    url = new URL(location);
  } catch (cause) {
    throw refused(location, 'it is not an address', undefined, cause);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refused(location, 'only https and http are supported', url.protocol);
  return url;
}

/** Fails with `address-refused` unless the address may be contacted; resolves names of recorded addresses. */
export async function requireAllowed(
  url: URL,
  provenance: Provenance,
  policy: AddressPolicy,
  resolve: Resolve = resolveByMachine,
): Promise<void> {
  if (policy.offline) {
    throw new Failure('unreachable', `${shownAddress(url.href)} is not contacted: --offline`, {
      hint: 'run `wolfi-repro fetch` while there is a network, or leave out --offline',
    });
  }
  if (provenance === 'named') return;
  if (url.username !== '' || url.password !== '')
    throw refused(url.href, 'a package chose it and it carries credentials');
  if (url.protocol !== 'https:' && !policy.allowPlainHttp)
    throw refused(url.href, 'a package chose it and it is not protected', '--allow-plain-http');
  if (policy.allowPrivateAddresses) return;
  const host = hostOf(url);
  // No refusal where the name is unknown here: behind a proxy, the proxy resolves names.
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  if (addresses.some(isPrivateAddress)) throw privateRefused(url.href);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The limited broadcast address (RFC 919 §7): no connection can be made to it. */
const nowhere = '255.255.255.255';

/**
 * `HOST:PORT:ADDRESS,…` as curl takes it (CURLOPT_RESOLVE(3)), for a program that would look a name up again and could get a
 * different answer. Undefined where there is no name to look up, or where the user chose it. A name that is unknown here
 * leads nowhere, except through a proxy. Fails with `address-refused`.
 */
export async function pinnedResolution(
  url: URL,
  provenance: Provenance,
  policy: AddressPolicy,
  resolve: Resolve,
): Promise<string | undefined> {
  const host = hostOf(url);
  if (provenance === 'named' || isIP(host) !== 0) return undefined;
  const addresses = await resolve(host);
  if (!policy.allowPrivateAddresses && addresses.some(isPrivateAddress)) throw privateRefused(url.href);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const written = addresses.map((each) => (isIP(each) === 6 ? `[${each}]` : each));
  return `${host}:${port}:${written.length === 0 ? nowhere : written.join(',')}`;
}

/** The failure of a connection whose name turned out to lead to a private address. */
export function privateRefused(location: string): Failure {
  return refused(
    location,
    'a package chose it and it leads to a private address',
    '--allow-private-addresses',
  );
}

function refused(location: string, why: string, flag?: string, cause?: unknown): Failure {
  return new Failure('address-refused', `${shownAddress(location)} is not contacted: ${why}`, {
    ...(flag?.startsWith('--') === true ? { hint: `allow it with ${flag}` } : {}),
    ...(cause === undefined ? {} : { cause }),
  });
}
