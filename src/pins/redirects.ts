/** Addresses that led to others: a pin of the first address pins the answer of the last. */
import { addTo } from '../lists.ts';
import type { Exchange } from '../transcript/exchange.ts';
import { headerOf } from './shapes/shapes.ts';

/** How many redirects clients follow (curl: 50 where it is asked to, Go and Node's fetch: 10 and 20). */
const mostHops = 10;
const mostOrigins = 16;

/** For each address the addresses that led to it, the nearest first. */
export function redirectsTo(exchanges: readonly Exchange[]): ReadonlyMap<string, readonly string[]> {
  const direct = new Map<string, string[]>();
  for (const exchange of exchanges) {
    const location = exchange.status >= 300 && exchange.status < 400 ? headerOf(exchange, 'location') : '';
    if (location === '' || !URL.canParse(location, exchange.url)) continue;
    const target = new URL(location, exchange.url);
    target.hash = '';
    addTo(direct, target.href, exchange.url);
  }
  return new Map([...direct.keys()].map((target) => [target, originsOf(target, direct)]));
}

function originsOf(target: string, direct: ReadonlyMap<string, readonly string[]>): string[] {
  const origins = new Set<string>();
  let level: readonly string[] = [target];
  for (let hop = 0; hop < mostHops && level.length > 0; hop += 1) {
    const next = level.flatMap((address) => (direct.get(address) ?? []).slice(0, mostOrigins));
    level = [...new Set(next)]
      .filter((address) => address !== target && !origins.has(address))
      .slice(0, mostOrigins);
    for (const address of level) if (origins.size < mostOrigins) origins.add(address);
  }
  return [...origins];
}
