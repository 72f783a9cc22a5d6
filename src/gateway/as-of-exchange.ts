/** Lists of registries as of a time, on their way from the network to the guest. */
import { Readable } from 'node:stream';
import type { BuildAnswer, BuildRequest } from '../inputs/network/http.ts';
import { asOf, mayBeList } from '../registries/as-of.ts';
import type { AsOfAnswer, DateRequest, RegistryAnswer } from '../registries/listed.ts';
import type { Filtered } from '../transcript/transcript.ts';
import { keptOf } from './answerer.ts';

type Exchange = (request: BuildRequest) => Promise<BuildAnswer>;

export interface FilteredAnswer {
  readonly answer: BuildAnswer;
  /** What was left out of it; undefined where it is not a list. */
  readonly filtered: Filtered | undefined;
}

const mostListBytes = 128 * 1024 * 1024;
const mostRedirects = 5;
/** Headers that ask for less than a whole list. */
const partial = ['range', 'if-range', 'if-none-match', 'if-modified-since', 'if-match'];

/** Asks as a build did, and gives a list as it was at a time, in seconds since 1970. */
export async function exchangeAsOf(
  request: BuildRequest,
  seconds: number,
  exchange: Exchange,
): Promise<FilteredAnswer> {
  const address = request.url.href;
  const isList = request.method === 'GET' && mayBeList(address, request.headers['accept'] ?? '');
  const whole = Object.entries(request.headers).filter(([name]) => !partial.includes(name));
  const answer = await exchange(isList ? { ...request, headers: Object.fromEntries(whole) } : request);
  if (request.method !== 'GET' || !mayBeList(address, answer.header('content-type') ?? ''))
    return { answer, filtered: undefined };
  const body = await readWhole(answer);
  if (body === undefined) throw new Error('the list is larger than the bound');
  const given: RegistryAnswer = { url: address, status: answer.status, headers: keptOf(answer.header), body };
  const listed = await asOf(given, seconds, (asked) => askFor(asked, exchange));
  const changed = listed === 'not-a-list' ? undefined : listed.changed;
  const { status, headers } = changed ?? given;
  const content = changed?.body ?? body;
  const byName = new Map([...headers, ['content-length', String(content.length)] as const]);
  return {
    answer: { status, header: (name) => byName.get(name), body: Readable.from([Buffer.from(content)]) },
    filtered: listed === 'not-a-list' ? undefined : filteredOf(listed, seconds),
  };
}

function filteredOf({ shape, removed, corrected, undated }: AsOfAnswer, seconds: number): Filtered {
  return {
    asOf: Math.floor(seconds),
    shape,
    removed: removed.length,
    corrected: corrected.length,
    undated: undated.count,
  };
}

/** A question of our own for dates, redirects followed. */
async function askFor(
  { method, url, accept }: DateRequest,
  exchange: Exchange,
): Promise<RegistryAnswer | undefined> {
  let next = new URL(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const answer = await exchange({
      method,
      url: next,
      headers: accept === undefined ? {} : { accept },
      body: undefined,
    }).catch(() => undefined);
    if (answer === undefined) return undefined;
    const body = await readWhole(answer);
    const location = answer.header('location');
    if (
      answer.status < 300 ||
      answer.status > 399 ||
      location === undefined ||
      !URL.canParse(location, next.href)
    ) {
      return body === undefined
        ? undefined
        : { url, status: answer.status, headers: keptOf(answer.header), body };
    }
    next = new URL(location, next);
  }
  return undefined;
}

/** The body; undefined where it is cut or larger than a list. */
async function readWhole({ body }: BuildAnswer): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostListBytes) chunks.push(chunk);
      else body.destroy();
    });
    body.once('end', () => resolve(Buffer.concat(chunks)));
    body.once('error', () => resolve(undefined));
    body.once('close', () => resolve(undefined));
  });
}
