/** Exchanges of a test, with the bodies that they name. */
import { type Sha256, sha256 } from '../../src/digest.ts';
import { type Content, contentOf } from '../../src/formats/content.ts';
import type { JudgedExchange, Judgement, PinReport } from '../../src/pins/judgement.ts';
import { judgePins } from '../../src/pins/pins.ts';
import type { Exchange, StoredBytes } from '../../src/transcript/exchange.ts';
import { sourcesOf } from './registry.ts';

export interface Said {
  readonly url: string;
  readonly body?: string | Uint8Array;
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly request?: string | Uint8Array;
}

export interface Talk {
  readonly exchanges: readonly Exchange[];
  readonly read: (body: StoredBytes) => Promise<Content>;
}

export function talkOf(...said: readonly Said[]): Talk {
  const stored = new Map<Sha256, Uint8Array>();
  const store = (content: string | Uint8Array): StoredBytes => {
    const bytes = Buffer.from(content);
    stored.set(sha256(bytes), bytes);
    return { sha256: sha256(bytes), size: bytes.length };
  };
  const exchanges = said.map(
    ({ url, body = '', status = 200, type, headers = {}, method = 'GET', request }) => ({
      method,
      url,
      requestBody: request === undefined ? undefined : store(request),
      status,
      headers: Object.entries({ ...(type === undefined ? {} : { 'content-type': type }), ...headers }).sort(),
      body: store(body),
    }),
  );
  return { exchanges, read: async ({ sha256: digest }) => contentOf(stored.get(digest)!) };
}

/** What is said of exchanges, with pins of files, steps and commits. */
export function judge(
  said: readonly Said[],
  ...sources: Parameters<typeof sourcesOf> | []
): Promise<PinReport> {
  const talk = talkOf(...said);
  const [files = {}, steps, commits] = sources;
  return judgePins(talk.exchanges, talk.read, sourcesOf(files, steps, commits));
}

/** A judgement in a few words. */
export function inWords({ judgement }: Pick<JudgedExchange, 'judgement'>): string {
  return words[judgement.kind](judgement as never);
}

const words: { readonly [K in Judgement['kind']]: (judgement: Extract<Judgement, { kind: K }>) => string } = {
  pinned: ({ by, against }) =>
    `pinned by ${by[0]!.place.file}${against.length > 0 ? ' and contradicted' : ''}`,
  unpinned: ({ reason }) => `unpinned: ${reason}`,
  metadata: ({ what, chosen }) => `${what}, chose ${chosen}`,
  contradicted: ({ expected }) => `contradicts ${expected[0]!.place.file}`,
};
