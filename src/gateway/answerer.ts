/** Who answers the requests of a guest: a recording asks the network, a replay a transcript. */
import { shownAddress } from '../address.ts';
import type { RefusalKind } from '../transcript/refusals.ts';
import type { UnansweredReason } from '../transcript/transcript.ts';
import type { GuestBody } from './guest-body.ts';

/** A request as the guest made it, its body whole. */
export interface GuestRequest {
  readonly method: string;
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array | undefined;
}

export type GuestAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      /** Bytes; undefined where they are not known yet. */
      readonly size: number | undefined;
      readonly body: () => GuestBody;
    }
  | { readonly kind: 'unanswered'; readonly reason: UnansweredReason }
  /** The request exceeds a bound of the gateway. */
  | { readonly kind: 'refused'; readonly refusal: RefusalKind }
  /** The request is not in the transcript. */
  | { readonly kind: 'unrecorded' };

export interface Answerer {
  answer(request: GuestRequest): Promise<GuestAnswer>;
  /** What was requested and not given so far, for people: no server answered, or the answer was an error. */
  lacking(): readonly string[];
  /** Waits for the requests that are under way. */
  settle(): Promise<void>;
}

/**
 * Headers of answers that matter to a client that fetches. No others are recorded or handed on, so that a replay gives what the
 * recording gave: the rest are about times, caches and connections.
 */
const keptHeaders: readonly string[] = [
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-location',
  'content-range',
  'content-type',
  'docker-content-digest',
  'docker-distribution-api-version',
  'etag',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'vary',
  'www-authenticate',
  'x-pypi-last-serial',
];

/** The kept headers of an answer, by a function that looks a header up; values that no header may hold are left out. */
export function keptOf(header: (name: string) => string | undefined): [string, string][] {
  return keptHeaders.flatMap((name) => {
    const value = header(name);
    return value === undefined || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? [] : [[name, value]];
  });
}

/** Headers of a guest's request that a server needs; no others are sent. */
const sentHeaders: readonly string[] = [
  'accept',
  'accept-language',
  'authorization',
  'content-encoding',
  'content-type',
  'git-protocol',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'user-agent',
];

export function sentOf({ header }: GuestRequest): Record<string, string> {
  return Object.fromEntries(
    sentHeaders.flatMap((name) => {
      const value = header(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** A request that was not given what it asked for. */
export function lackingText(
  { method, url }: Pick<GuestRequest, 'method' | 'url'>,
  why: string | number,
): string {
  return `${method} ${shownAddress(url.href)}: ${why}`;
}

/** Characters of all names and values of headers. */
export function textLength(headers: readonly (readonly [name: string, value: string])[]): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}
