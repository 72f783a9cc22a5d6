/** Which rebuilderd is meant, and what it calls the distribution, as they were typed. */
import { Failure } from '../failure.ts';
import type { RawOptions } from './raw-options.ts';

/** Fails with `usage` for what is not such an address. */
export function parseRebuilderd(typed: string): URL {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new Failure('usage', '--rebuilderd takes the http or https address of a daemon, without a user');
  return url;
}

/** What rebuilderd calls the distributions. */
export function distributionsOf({ distribution = [] }: RawOptions): readonly string[] {
  return distribution.length === 0 ? ['wolfi'] : distribution;
}
