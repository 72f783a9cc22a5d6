/** Downloads into the store: retried, resumed, bounded, hashed as they come. */

import {
  createReadStream,
  ftruncateSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { shownAddress } from '../../address.ts';
import { type Hasher, type Sha256, sha256, sha256Hasher } from '../../digest.ts';
import { asFailure, Failure } from '../../failure.ts';
import { ownFolder } from '../../folders.ts';
import { isAbandoned } from '../../owner.ts';
import { namesIn, ownedName } from '../store/owners.ts';
import type { Store } from '../store/store.ts';
import type { Provenance } from './addresses.ts';
import { type Answer, type Http, isTransient, refusalOf } from './http.ts';

/** How far a download is. */
export interface Transfer {
  readonly address: string;
  readonly bytes: number;
  /** Undefined where the server does not say. */
  readonly total: number | undefined;
  readonly bytesPerSecond: number;
}

export interface Downloader {
  readonly http: Http;
  readonly store: Store;
  readonly signal: AbortSignal;
  /** Attempts in a row that bring nothing. */
  readonly attempts: number;
  /** Waited after the first of them; doubled each time. */
  readonly backoffMilliseconds: number;
  readonly onTransfer: (transfer: Transfer) => void;
  /** How long a server may send less than a thousand bytes a second; git's bound is the same. */
  readonly slowMilliseconds?: number;
}

export interface Wanted {
  readonly provenance: Provenance;
  readonly mostBytes: number;
  /** What an earlier download was told, to be told again that nothing changed. */
  readonly known?: Validators;
}

/** What a server says of a version of a file (RFC 9110 §8.8). */
export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export type Downloaded =
  | {
      readonly kind: 'fetched';
      readonly sha256: Sha256;
      readonly path: string;
      readonly validators: Validators;
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' };

const longestRetryAfter = 20;
const mostAttempts = 100;
const progressMilliseconds = 200;
const defaultSlowMilliseconds = 60_000;
const leastBytesPerSecond = 1000;
const partialsKeptMilliseconds = 7 * 24 * 3600 * 1000;
/** Statuses that may be gone a moment later. */
const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Downloads a file into the store. Fails with `address-refused`, and with `unreachable` where the server cannot be reached, says
 * no, does not keep to its own word, or has too much to say.
 */
export async function download(location: string, wanted: Wanted, by: Downloader): Promise<Downloaded> {
  const part = await openPart(location, by.store);
  let idle = 0;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const before = part.bytes;
      try {
        const done = await attemptOnce(location, wanted, part, by);
        if (done !== undefined) return done;
      } catch (failure) {
        by.signal.throwIfAborted();
        const { wait } = judge(failure, location);
        idle = part.bytes > before && !(failure instanceof TooSlow) ? 0 : idle + 1;
        if (idle >= by.attempts || attempt >= mostAttempts) throw unreachable(location, failure);
        await sleep(wait ?? by.backoffMilliseconds * 2 ** Math.max(0, idle - 1), undefined, {
          signal: by.signal,
        });
      }
    }
  } finally {
    await part.close();
  }
}

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

/** A server that sends a byte now and then would keep a run for ever. */
class TooSlow extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Looks at what came in each span of time. */
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

/** How long to wait before the next attempt; throws where there is no use in one. */
function judge(thrown: unknown, location: string): { wait: number | undefined } {
  const failure = asFailure(thrown);
  const refusal = refusalOf(failure);
  if (refusal !== undefined) throw refusal;
  if (failure instanceof TransientStatus) return { wait: failure.waitMilliseconds };
  if (!isTransient(failure)) throw unreachable(location, failure);
  return { wait: undefined };
}

function unreachable(location: string, cause: unknown): Failure {
  const why = (cause as { code?: string; message?: string }).code ?? (cause as Error).message;
  return new Failure('unreachable', `${shownAddress(location)} cannot be fetched: ${why}`, { cause });
}

/** One exchange; undefined where it has to be started over. */
async function attemptOnce(
  location: string,
  wanted: Wanted,
  part: Part,
  by: Downloader,
): Promise<Downloaded | undefined> {
  if (part.bytes > 0 && part.validator === undefined) part.restart();
  const answer = await by.http.get(location, wanted.provenance, requestHeaders(part, wanted.known));
  try {
    const { status } = answer;
    if (status === 404 || status === 410) return { kind: 'missing' };
    if (status === 304 && part.bytes === 0 && wanted.known !== undefined) return { kind: 'unchanged' };
    if (transientStatuses.has(status)) throw new TransientStatus(status, answer.header('retry-after'));
    if (status === 416 && part.bytes > 0) {
      part.restart();
      return undefined;
    }
    if (status !== 200 && status !== 206) throw refusedStatus(location, status);
    // RFC 9110 §15.3.7: what belongs to the same version says so; a server that ignores `If-Range` may have another one.
    if (status === 206 && answer.header('etag') !== part.validator) {
      part.restart();
      return undefined;
    }
    if (status === 200) part.restart();
    else requireContinuation(answer, part, location);
    await receive(answer, part, location, wanted, by);
    return part.finish(by.store);
  } finally {
    answer.body.on('error', () => undefined).destroy();
  }
}

function refusedStatus(location: string, status: number): Failure {
  const hint =
    status === 401 || status === 403 ? { hint: 'give credentials in HTTP_AUTH or a netrc file' } : {};
  return new Failure('unreachable', `${shownAddress(location)} cannot be fetched: status ${status}`, hint);
}

function requestHeaders(part: Part, known: Validators | undefined): Record<string, string> {
  if (part.bytes > 0) return { range: `bytes=${part.bytes}-`, 'if-range': part.validator! };
  return {
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

/** RFC 9110 §15.3.7: a partial answer says which part it is. */
function requireContinuation(answer: Answer, part: Part, location: string): void {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
  if (part.bytes > 0 && match !== null && Number(match[1]) === part.bytes) return;
  throw new Failure('unreachable', `${shownAddress(location)} answers with another part than was asked for`);
}

async function receive(
  answer: Answer,
  part: Part,
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
 * Takes each chunk as it comes. A body that is not read for a moment makes undici stop its parser, and undici 7 throws out of a
 * socket's event, where nobody catches it, if the server ends the connection in that moment (lib/dispatcher/client-h1.js,
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

/** Opens the file for a download; what a killed process got of the same address is taken over. */
async function openPart(location: string, { partials }: Store): Promise<Part> {
  ownFolder(partials);
  const key = sha256(Buffer.from(location)).slice(0, 32);
  const path = join(partials, `${ownedName()}.${key}`);
  const left = takeOver(partials, key, path);
  const part = new Part(path, await open(path, left === undefined ? 'w+' : 'r+', 0o600));
  if (left !== undefined) await part.resume(left);
  return part;
}

/** Moves the abandoned file of an address to a path and returns what its server said of it; others are removed in time. */
function takeOver(partials: string, key: string, path: string): Validators | undefined {
  let validators: Validators | undefined;
  for (const name of new Set(namesIn(partials).map((each) => each.replace(/\.json$/, '')))) {
    const left = join(partials, name);
    if (!isAbandoned(name)) continue;
    const ofThis = name.endsWith(`.${key}`);
    if (!ofThis && !isOld(left)) continue;
    if (ofThis && validators === undefined) validators = moveIfThere(left, path);
    for (const file of [left, `${left}.json`]) rmSync(file, { force: true });
  }
  return validators;
}

/** A note whose file is gone (its process was killed between the two) is of no use at any age. */
function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || Date.now() - stat.mtimeMs > partialsKeptMilliseconds;
}

/** Another process may be faster. */
function moveIfThere(left: string, path: string): Validators | undefined {
  try {
    const validators = JSON.parse(readFileSync(`${left}.json`, 'utf8')) as Validators;
    renameSync(left, path);
    return validators;
  } catch {
    return undefined;
  }
}

/** A file under way, hashed as it grows. */
class Part {
  bytes = 0;
  #validators: Validators = { etag: undefined, lastModified: undefined };
  #hasher: Hasher<Sha256> = sha256Hasher();
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** For `If-Range`: only a strong one can join two parts (RFC 9110 §13.1.5). */
  get validator(): string | undefined {
    const { etag } = this.#validators;
    return etag?.startsWith('"') === true ? etag : undefined;
  }

  /** Reads what is there already. */
  async resume(validators: Validators): Promise<void> {
    for await (const chunk of createReadStream(this.#path, { highWaterMark: 1024 * 1024 })) {
      this.#hasher.update(chunk as Buffer);
      this.bytes += (chunk as Buffer).length;
    }
    this.begin(validators);
  }

  begin(validators: Validators): void {
    this.#validators = validators;
    writeFileSync(`${this.#path}.json`, JSON.stringify(validators));
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const written = writeSync(this.#handle.fd, chunk, at, chunk.length - at, this.bytes);
      at += written;
      this.bytes += written;
    }
    this.#hasher.update(chunk);
  }

  restart(): void {
    ftruncateSync(this.#handle.fd, 0);
    this.bytes = 0;
    this.#hasher = sha256Hasher();
  }

  finish(store: Store): Downloaded {
    const digest = this.#hasher.digest();
    const path = store.adopt(this.#path, digest);
    return { kind: 'fetched', sha256: digest, path, validators: this.#validators };
  }

  async close(): Promise<void> {
    await this.#handle.close();
    for (const file of [this.#path, `${this.#path}.json`]) rmSync(file, { force: true });
  }
}
