/** Answers from the network, each of which is kept while it is handed on. */
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { BuildAnswer, BuildRequest } from '../inputs/network/http.ts';
import { Slots } from '../inputs/network/slots.ts';
import { addAll } from '../lists.ts';
import type { RequestKey } from '../transcript/request-key.ts';
import {
  type Filtered,
  isStatus,
  type RecordedExchange,
  type UnansweredReason,
  type UnansweredRequest,
} from '../transcript/transcript.ts';
import {
  type Answerer,
  type GuestAnswer,
  type GuestRequest,
  keptOf,
  lackingText,
  sentOf,
  textLength,
} from './answerer.ts';
import { exchangeAsOf, type FilteredAnswer } from './as-of-exchange.ts';
import { keyOfRequest } from './request.ts';
import { Spool } from './spool.ts';

/** What a recording has so far. */
export interface Recorded {
  readonly exchanges: RecordedExchange[];
  readonly unanswered: UnansweredRequest[];
}

export interface RecordingBounds {
  /** Bytes of one answer. */
  readonly answerBytes: number;
  /** Bytes of all answers together. */
  readonly totalBytes: number;
  /** Bytes of the headers of all answers. */
  readonly headerBytes: number;
}

const usualRecordingBounds: RecordingBounds = {
  answerBytes: 8 * 1024 ** 3,
  totalBytes: 32 * 1024 ** 3,
  headerBytes: 8 * 1024 ** 2,
};

/** Requests that are asked at once, of all hosts: each holds open files and a connection, and a build can make any number. */
const mostAtOnce = 256;
/** Answers that may be lists, which are read whole before they are given as of a time, at once. */
const mostLists = 6;

export interface RecordingOptions {
  /** Lists of registries are given as of this time, in seconds since 1970; as they come where undefined. */
  readonly asOf: number | undefined;
  readonly bounds?: RecordingBounds;
}

/** How long answers for which no step waits any more may take when the steps are over. */
const settleMilliseconds = 30_000;

/** Asks the network as the program itself fetches, and notes in `recorded` what came. */
export function record(
  inputs: Pick<Inputs, 'exchange' | 'store' | 'network'>,
  recorded: Recorded,
  { asOf, bounds = usualRecordingBounds }: RecordingOptions,
): Answerer {
  const pending = new Set<Promise<void>>();
  const opened = new Set<Readable>();
  /** Exchanges in the order in which the requests came, whenever their answers end. */
  const places: (RecordedExchange | undefined)[] = [];
  const turns = new Slots(mostAtOnce);
  const lists = new Slots(mostLists);
  let [total, ofHeaders] = [0, 0];
  const lacking = new Set<string>();
  const note = (request: GuestRequest, key: RequestKey, reason: UnansweredReason) => {
    lacking.add(lackingText(request, reason));
    recorded.unanswered.push({ ...key, requestBody: key.requestBody, reason });
  };
  const unanswered = (request: GuestRequest, key: RequestKey, reason: UnansweredReason): GuestAnswer => {
    note(request, key, reason);
    return { kind: 'unanswered', reason };
  };

  async function ask(request: BuildRequest): Promise<FilteredAnswer> {
    const exchange = (asked: BuildRequest) => inputs.exchange(asked);
    if (asOf === undefined) return { answer: await exchange(request), filtered: undefined };
    const done = await lists.take('');
    return exchangeAsOf(request, asOf, exchange).finally(done);
  }

  async function answer(request: GuestRequest): Promise<GuestAnswer> {
    const done = await turns.take('');
    try {
      const { given, kept } = await answerNow(request);
      void kept.finally(done);
      return given;
    } catch (failure) {
      done();
      throw failure;
    }
  }

  /** The answer, and when it is kept, which does not fail. */
  async function answerNow(request: GuestRequest): Promise<{ given: GuestAnswer; kept: Promise<void> }> {
    const refused = (reason: UnansweredReason) => ({
      given: unanswered(request, key, reason),
      kept: Promise.resolve(),
    });
    const key = keyOfRequest(request);
    if (request.body !== undefined) inputs.store.add(request.body);
    const place = places.push(undefined) - 1;
    let got: BuildAnswer;
    let filtered: Filtered | undefined;
    try {
      ({ answer: got, filtered } = await ask({ ...request, headers: sentOf(request) }));
    } catch (failure) {
      return refused(reasonOf(failure, request, inputs));
    }
    if (got.status >= 400) lacking.add(lackingText(request, got.status));
    const headers = headersOf(request, got);
    const announced = lengthOf(got);
    ofHeaders += textLength(headers);
    const isTooLarge = (announced ?? 0) > bounds.answerBytes || ofHeaders > bounds.headerBytes;
    if (isTooLarge || !isStatus(got.status)) {
      got.body.on('error', () => undefined).destroy();
      return refused(isTooLarge ? 'too-large' : 'unreachable');
    }
    const spool = new Spool(inputs.store);
    const cut = (reason: UnansweredReason) => {
      spool.cut();
      note(request, key, reason);
    };
    const kept = keep(got, spool, (bytes) => {
      total += bytes;
      return spool.bytes + bytes <= bounds.answerBytes && total <= bounds.totalBytes;
    })
      .then(async (reason) => {
        if (reason !== undefined) return cut(reason);
        const body = await spool.finish();
        const after = filtered === undefined ? {} : { filtered };
        places[place] = { ...key, status: got.status, headers, body, ...after };
      })
      // The store does not take it.
      .catch(() => cut('cut'));
    pending.add(kept);
    opened.add(got.body);
    void kept.finally(() => {
      pending.delete(kept);
      opened.delete(got.body);
    });
    const size = request.method === 'HEAD' ? undefined : announced;
    return { given: { kind: 'answer', status: got.status, headers, size, body: () => spool.read() }, kept };
  }

  return {
    answer,
    lacking: () => [...lacking],
    async settle() {
      const late = setLate();
      await Promise.race([Promise.allSettled([...pending]), late.done]);
      for (const body of opened) body.destroy();
      await Promise.allSettled([...pending]);
      late.cancel();
      recorded.exchanges.splice(0, recorded.exchanges.length);
      addAll(
        recorded.exchanges,
        places.flatMap((each) => each ?? []),
      );
    },
  };
}

function setLate(): { readonly done: Promise<void>; cancel(): void } {
  const controller = new AbortController();
  const done = sleep(settleMilliseconds, undefined, { signal: controller.signal, ref: false }).catch(
    () => undefined,
  );
  return { done, cancel: () => controller.abort() };
}

/** Takes a whole body; gives the reason where that is not possible. Each chunk is taken as it comes (`consume` in download.ts). */
function keep(
  { body }: BuildAnswer,
  spool: Spool,
  take: (bytes: number) => boolean,
): Promise<UnansweredReason | undefined> {
  return new Promise((resolve) => {
    body.on('data', (chunk: Buffer) => {
      if (!take(chunk.length)) {
        resolve('too-large');
        body.destroy();
        return;
      }
      try {
        spool.write(chunk);
      } catch {
        // The disk takes no more.
        resolve('cut');
        body.destroy();
      }
    });
    body.once('end', () => resolve(undefined));
    body.once('error', () => resolve('cut'));
    body.once('close', () => resolve('cut'));
  });
}

function lengthOf({ header }: BuildAnswer): number | undefined {
  const text = header('content-length') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** For an answer without a body, its length is what the client asked for. */
function headersOf({ method }: GuestRequest, { header }: BuildAnswer): [string, string][] {
  const length = header('content-length');
  const own: [string, string][] =
    method === 'HEAD' && length !== undefined ? [['content-length', length]] : [];
  return [...keptOf(header), ...own].sort(([a], [b]) => (a < b ? -1 : 1));
}

function reasonOf(
  failure: unknown,
  { url }: GuestRequest,
  { network: { policy } }: Pick<Inputs, 'network'>,
): UnansweredReason {
  if (!(failure instanceof Failure) || failure.code !== 'address-refused') return 'unreachable';
  return url.protocol === 'http:' && !policy.allowPlainHttp ? 'plain-http' : 'private-address';
}
