/** Downloads into the store: retried, resumed, bounded, and hashed while they are received. */

import type { Readable } from 'node:stream';
import { shownAddress } from '../../address.ts';
import { asFailure, Failure } from '../../failure.ts';
import type { Store } from '../store/store.ts';
import type { Provenance } from './addresses.ts';
import { isTransient, refusalOf } from './broken-connections.ts';
import type { Answer, Http } from './http.ts';
import { openPart, type PartialFile, type StoredFile, type Validators } from './partial-file.ts';
import { type Again, type Patience, withRetries } from './retry.ts';

/** The progress of a download. */
export interface Transfer {
  readonly address: string;
  readonly bytes: number;
  /** Undefined where the server does not say. */
  readonly total: number | undefined;
  readonly bytesPerSecond: number;
}

export interface Downloader extends Patience {
  readonly http: Http;
  readonly store: Store;
  readonly onTransfer: (transfer: Transfer) => void;
  /** How long a server may send less than a thousand bytes a second; git's limit is the same. */
  readonly slowMilliseconds?: number;
}

export interface Wanted {
  readonly provenance: Provenance;
  readonly mostBytes: number;
  /** The validators of an earlier download, with which the server can say that nothing changed. */
  readonly known?: Validators;
}

export type Downloaded =
  | ({ readonly kind: 'fetched' } & StoredFile)
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' };

const longestRetryAfter = 20;
const progressMilliseconds = 200;
const defaultSlowMilliseconds = 60_000;
const leastBytesPerSecond = 1000;
/** Statuses that may not last. */
const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Downloads a file into the store. Fails with `address-refused`, and with `unreachable` where the server cannot be reached,
 * refuses, contradicts itself, or sends too much.
 */
export async function download(location: string, wanted: Wanted, by: Downloader): Promise<Downloaded> {
  const part = await openPart(location, by.store);
  let before = 0;
  const exchange = () => {
    before = part.bytes;
    return attemptOnce(location, wanted, part, by);
  };
  const judge = (failure: unknown) => judgeFailure(failure, location, part.bytes > before);
  const givenUp = (failure: unknown) => unreachable(location, failure);
  try {
    return await withRetries(exchange, { judge, givenUp }, by);
  } finally {
    await part.close();
  }
}

/** The bytes received so far do not belong to the version that the server has now. */
class OtherVersion extends Error {}

/** An answer that is worth another attempt. */
class TransientStatus extends Error {
  readonly waitMilliseconds: number | undefined;

  constructor(status: number, retryAfter: string | undefined) {
    super(`status ${status}`);
    const seconds = /^\d{1,6}$/.test(retryAfter ?? '')
      ? Math.min(Number(retryAfter), longestRetryAfter)
      : undefined;
    this.waitMilliseconds = seconds === undefined ? undefined : seconds * 1000;
  }
}

/** Thrown for a server that is too slow: one that sends a byte now and then would keep a run waiting for ever. */
class TooSlow extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Measures the bytes that are received in each span of time. */
class Pace {
  #bytes: number;
  #since: number;
  readonly #span: number;

  constructor(bytes: number, now: number, span: number) {
    this.#bytes = bytes;
    this.#since = now;
    this.#span = span;
  }

  require(bytes: number, now: number): void {
    const passed = now - this.#since;
    if (passed < this.#span) return;
    if (bytes - this.#bytes < (leastBytesPerSecond * passed) / 1000)
      throw new TooSlow('the server is too slow');
    this.#bytes = bytes;
    this.#since = now;
  }
}

function judgeFailure(thrown: unknown, location: string, progressed: boolean): Again {
  const failure = asFailure(thrown);
  const refusal = refusalOf(failure);
  if (refusal !== undefined) throw refusal;
  if (failure instanceof OtherVersion) return { progressed: true, waitMilliseconds: 0 };
  if (failure instanceof TransientStatus) return { progressed, waitMilliseconds: failure.waitMilliseconds };
  if (!isTransient(failure)) throw unreachable(location, failure);
  return { progressed: progressed && !(failure instanceof TooSlow) };
}

function unreachable(location: string, cause: unknown): Failure {
  const why = (cause as { code?: string; message?: string }).code ?? (cause as Error).message;
  return new Failure('unreachable', `${shownAddress(location)} cannot be fetched: ${why}`, { cause });
}

async function attemptOnce(
  location: string,
  wanted: Wanted,
  part: PartialFile,
  by: Downloader,
): Promise<Downloaded> {
  if (part.bytes > 0 && part.validator === undefined) part.restart();
  const answer = await by.http.get(location, wanted.provenance, requestHeaders(part, wanted.known));
  try {
    const { status } = answer;
    if (status === 404 || status === 410) return { kind: 'missing' };
    if (status === 304 && part.bytes === 0 && wanted.known !== undefined) return { kind: 'unchanged' };
    if (transientStatuses.has(status)) throw new TransientStatus(status, answer.header('retry-after'));
    if (status === 416 && part.bytes > 0) throw startOver(part);
    if (status !== 200 && status !== 206) throw refusedStatus(location, status);
    // RFC 9110 §15.3.7: a part of the same version says so; a server that ignores `If-Range` may have a different one.
    if (status === 206 && answer.header('etag') !== part.validator) throw startOver(part);
    if (status === 200) part.restart();
    else requireContinuation(answer, part, location);
    await receive(answer, part, location, wanted, by);
    return { kind: 'fetched', ...(await part.finish(by.store)) };
  } finally {
    answer.body.on('error', () => undefined).destroy();
  }
}

function startOver(part: PartialFile): OtherVersion {
  part.restart();
  return new OtherVersion('the server has a new version of it each time');
}

function refusedStatus(location: string, status: number): Failure {
  const hint =
    status === 401 || status === 403 ? { hint: 'give credentials in HTTP_AUTH or a netrc file' } : {};
  return new Failure('unreachable', `${shownAddress(location)} cannot be fetched: status ${status}`, hint);
}

function requestHeaders(part: PartialFile, known: Validators | undefined): Record<string, string> {
  if (part.bytes > 0) return { range: `bytes=${part.bytes}-`, 'if-range': part.validator! };
  return {
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

/** Requires that a partial answer continues the file; it says which part it is (RFC 9110 §15.3.7). */
function requireContinuation(answer: Answer, part: PartialFile, location: string): void {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
  if (part.bytes > 0 && match !== null && Number(match[1]) === part.bytes) return;
  throw new Failure(
    'unreachable',
    `${shownAddress(location)} answers with a different part than was asked for`,
  );
}

async function receive(
  answer: Answer,
  part: PartialFile,
  location: string,
  { mostBytes }: Wanted,
  { onTransfer, slowMilliseconds = defaultSlowMilliseconds }: Downloader,
): Promise<void> {
  const length = /^\d+$/.test(answer.header('content-length') ?? '')
    ? Number(answer.header('content-length'))
    : undefined;
  const total = length === undefined ? undefined : part.bytes + length;
  if (total !== undefined && total > mostBytes) throw tooLarge(location, mostBytes);
  part.begin(validatorsOf(answer));
  const started = performance.now();
  const from = part.bytes;
  let told = started;
  const pace = new Pace(from, started, slowMilliseconds);
  await consume(answer.body, (chunk) => {
    if (part.bytes + chunk.length > mostBytes) throw tooLarge(location, mostBytes);
    part.write(chunk);
    const now = performance.now();
    pace.require(part.bytes, now);
    if (now - told < progressMilliseconds) return;
    told = now;
    const bytesPerSecond = ((part.bytes - from) * 1000) / (now - started);
    onTransfer({ address: shownAddress(location), bytes: part.bytes, total, bytesPerSecond });
  });
  if (total !== undefined && part.bytes !== total) {
    throw Object.assign(new Error('the body is shorter than announced'), { code: 'ECONNRESET' });
  }
}

/**
 * Takes each chunk as it is received. A body that is not read for a moment makes undici stop its parser, and if the server ends the
 * connection in that moment, undici 7 throws out of a socket's event, where it cannot be caught (lib/dispatcher/client-h1.js,
 * `Parser.finish`).
 */
function consume(body: Readable, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    body.once('end', resolve).once('error', reject);
    body.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (failure) {
        body.destroy(failure as Error);
      }
    });
  });
}

function validatorsOf({ header }: Answer): Validators {
  return { etag: header('etag'), lastModified: header('last-modified') };
}

function tooLarge(location: string, mostBytes: number): Failure {
  return new Failure('unreachable', `${shownAddress(location)} is larger than ${mostBytes} bytes`);
}
