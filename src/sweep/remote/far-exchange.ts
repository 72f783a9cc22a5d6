/** One exchange with a server that the user named for a sweep: a bucket, a rebuilderd. Bounded in size and time; no redirect is followed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../failure.ts';

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the answer: what is longer is cut there, and is nothing whole. */
  readonly mostBytes: number;
  /** For the whole exchange; two minutes where nothing is said. */
  readonly mostMilliseconds?: number;
}

export interface Answered {
  readonly status: number;
  readonly body: Buffer;
}

export interface Patience {
  readonly signal: AbortSignal;
  /** Exchanges that fail in a row before it is given up. */
  readonly attempts: number;
  readonly firstWaitMilliseconds: number;
}

const usualMilliseconds = 120_000;
const mostWaitMilliseconds = 30_000;

/**
 * Exchanges until a server answers with anything but trouble of its own. Fails with `unreachable`. The failure names the host and nothing else of the address.
 */
export async function exchangePatiently(exchange: Exchange, patience: Patience): Promise<Answered> {
  const { signal, attempts, firstWaitMilliseconds } = patience;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await exchangeOnce(exchange, signal).catch((failure: unknown) => {
      signal.throwIfAborted();
      return failure;
    });
    if (isAnswer(answer) && !isTrouble(answer.status)) return answer;
    if (attempt >= attempts) throw unreachable(exchange.url, answer);
    await sleep(Math.min(firstWaitMilliseconds * 2 ** (attempt - 1), mostWaitMilliseconds), undefined, {
      signal,
    });
  }
}

function isAnswer(answer: unknown): answer is Answered {
  return typeof answer === 'object' && answer !== null && 'status' in answer;
}

/** A server that is overloaded, is being restarted, or asks to come back later. */
function isTrouble(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

async function exchangeOnce(
  { method, url, headers, body, mostBytes, mostMilliseconds = usualMilliseconds }: Exchange,
  signal: AbortSignal,
): Promise<Answered> {
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(mostMilliseconds)]),
    ...(body === undefined ? {} : { body }),
  });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    pieces.push(piece);
    if (bytes > mostBytes) break;
  }
  return { status: response.status, body: Buffer.concat(pieces).subarray(0, mostBytes) };
}

function unreachable(url: URL, last: unknown): Failure {
  if (last instanceof Failure) return last;
  const what = isAnswer(last) ? `it answers with ${last.status}` : codeOf(last);
  return new Failure('unreachable', `${url.host} cannot be reached: ${what}`, { cause: last });
}

/** `fetch` hides why it failed behind its cause. */
function codeOf(failure: unknown): string {
  if (!(failure instanceof Error)) return 'for an unknown reason';
  const { cause } = failure as { readonly cause?: unknown };
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return code ?? failure.name;
}
