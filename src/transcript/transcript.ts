/**
 * The transcript of a build: every exchange that its steps had with the network, and every request that nobody answered. It is an
 * input like any other: canonical, free of times, known by its SHA-256.
 */
import { canonicalJson } from '../canonical.ts';
import { parseSha256, type Sha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../formats/bounded-json.ts';
import type { Exchange, StoredBytes } from './exchange.ts';
import { type RequestKey, requestKey } from './request-key.ts';

/** Why a request of a step got no answer from the network. The gateway gives the same answer each time. */
export const unansweredReasons = [
  'unreachable',
  'cut',
  'too-large',
  'private-address',
  'plain-http',
] as const;

export type UnansweredReason = (typeof unansweredReasons)[number];

/** Whether a step of the recording may have been given the beginning of the answer, or all of it, before it counted as none. */
export const mayBeGivenInPart: Readonly<Record<UnansweredReason, boolean>> = {
  unreachable: false,
  cut: true,
  'too-large': true,
  'private-address': false,
  'plain-http': false,
};

/** An exchange, with the parts of the request that selected the answer. */
export interface RecordedExchange extends Exchange, RequestKey {
  /** How the answer was filtered, where it is a list of a registry as of a time. */
  readonly filtered?: Filtered;
}

/** A list of a registry as of a time. */
export interface Filtered {
  /** Seconds since 1970. */
  readonly asOf: number;
  /** Of which registry it has the form. */
  readonly shape: string;
  /** Versions that were left out, choices that were corrected, versions that stay although their time is not known. */
  readonly removed: number;
  readonly corrected: number;
  readonly undated: number;
}

/** A request that the network did not answer when the build was recorded. */
export interface UnansweredRequest extends RequestKey {
  readonly requestBody: StoredBytes | undefined;
  readonly reason: UnansweredReason;
}

export interface Transcript {
  readonly schema: 'wolfi-repro/transcript/1';
  /** Exchanges by request; those of one request in the order in which they were made. */
  readonly exchanges: readonly RecordedExchange[];
  readonly unanswered: readonly UnansweredRequest[];
}

const transcriptLimits = { bytes: 64 * 1024 * 1024, requests: 100_000, headers: 64, text: 64 * 1024 };

/**
 * A transcript in its canonical order. Where all answers to one request are the same, one answer stands for all: how often a
 * client asks depends on chance.
 */
export function makeTranscript(
  exchanges: readonly RecordedExchange[],
  unanswered: readonly UnansweredRequest[],
): Transcript {
  const byRequest = new Map<string, RecordedExchange[]>();
  for (const exchange of exchanges) {
    const key = requestKey(exchange);
    const known = byRequest.get(key);
    if (known === undefined) byRequest.set(key, [exchange]);
    else known.push(exchange);
  }
  const ordered = [...byRequest].sort(([a], [b]) => (a < b ? -1 : 1));
  const refused = new Map(unanswered.map((each) => [`${requestKey(each)} ${each.reason}`, each]));
  return {
    schema: 'wolfi-repro/transcript/1',
    exchanges: ordered.flatMap(([, each]) => (isConstant(each) ? each.slice(0, 1) : each)),
    unanswered: [...refused].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
  };
}

/** Whether all answers to one request are the same. */
function isConstant(exchanges: readonly RecordedExchange[]): boolean {
  const [first, ...others] = exchanges.map(answerText);
  return others.every((text) => text === first);
}

/** Equal for two equal answers. */
function answerText({ status, headers, body }: Exchange): string {
  return canonicalJson([status, headers, body]);
}

/** What every transcript begins with, in its canonical form. */
export const transcriptStart: Buffer = Buffer.from('{"exchanges":[');

/** The bytes of a transcript; its digest is over them. */
export function transcriptBytes(transcript: Transcript): Buffer {
  return Buffer.from(`${canonicalJson(transcript)}\n`);
}

export function transcriptDigest(transcript: Transcript): Sha256 {
  return sha256(transcriptBytes(transcript));
}

/** Every stored object that a transcript names, each once. */
export function transcriptObjects({ exchanges, unanswered }: Transcript): StoredBytes[] {
  const all = [
    ...exchanges.flatMap(({ body, requestBody }) => [body, requestBody]),
    ...unanswered.map(({ requestBody }) => requestBody),
  ];
  const objects = new Map(all.flatMap((each) => (each === undefined ? [] : [[each.sha256, each] as const])));
  return [...objects.values()];
}

/** Reads a transcript, which may come from somebody else. Fails with `transcript-invalid` for anything but what this program writes. */
export function parseTranscript(bytes: Uint8Array): Transcript {
  if (bytes.length > transcriptLimits.bytes) throw invalid('it is too large');
  const parsed = parseBoundedJson(bytes);
  if ('fault' in parsed || !isJsonObject(parsed.value)) throw invalid('it is not a JSON object');
  if (textMember(parsed.value, 'schema') !== 'wolfi-repro/transcript/1')
    throw invalid('its schema is unknown');
  const exchanges = listMember(parsed.value, 'exchanges');
  const unanswered = listMember(parsed.value, 'unanswered');
  if (exchanges.length + unanswered.length > transcriptLimits.requests)
    throw invalid('it holds too many requests');
  const transcript = makeTranscript(exchanges.map(parseExchange), unanswered.map(parseUnanswered));
  if (!transcriptBytes(transcript).equals(bytes))
    throw invalid('it is not in the form that this program writes');
  return transcript;
}

function invalid(why: string): Failure {
  return new Failure('transcript-invalid', `the transcript cannot be used: ${why}`);
}

function parseExchange(value: unknown): RecordedExchange {
  const object = requireObject(value);
  const { status } = object;
  if (!isStatus(status)) throw invalid('a status is not an HTTP status');
  const body = parseStored(objectMember(object, 'body'));
  if (body === undefined) throw invalid('an answer has no body');
  const filtered = parseFiltered(objectMember(object, 'filtered'));
  return {
    ...parseRequest(object),
    status,
    headers: parsePairs(object, 'headers'),
    body,
    ...(filtered === undefined ? {} : { filtered }),
  };
}

function parseFiltered(object: JsonObject | undefined): Filtered | undefined {
  if (object === undefined) return undefined;
  const shape = textMember(object, 'shape') ?? '';
  const count = (key: string) => {
    const value = object[key];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw invalid('a list has no count');
  };
  if (!/^[a-z-]{1,64}$/.test(shape)) throw invalid('a list has no form');
  return {
    asOf: count('asOf'),
    shape,
    removed: count('removed'),
    corrected: count('corrected'),
    undated: count('undated'),
  };
}

function parseUnanswered(value: unknown): UnansweredRequest {
  const object = requireObject(value);
  const reason = unansweredReasons.find((each) => each === textMember(object, 'reason'));
  if (reason === undefined) throw invalid('a request has an unknown reason');
  return { ...parseRequest(object), reason };
}

function parseRequest(object: JsonObject): Omit<UnansweredRequest, 'reason'> {
  const method = textMember(object, 'method') ?? '';
  const url = textMember(object, 'url') ?? '';
  if (!isMethod(method)) throw invalid('a method is not an HTTP method');
  if (!isAddress(url)) throw invalid('an address is not in its normal form');
  const requestBody = parseStored(objectMember(object, 'requestBody'));
  const sameBody = parseSha256(textMember(object, 'sameBody') ?? '');
  return {
    method,
    url,
    selecting: parsePairs(object, 'selecting'),
    requestBody,
    ...(sameBody === undefined ? {} : { sameBody }),
  };
}

function isAddress(url: string): boolean {
  if (url.length > transcriptLimits.text || !/^https?:\/\//.test(url) || !URL.canParse(url)) return false;
  const parsed = new URL(url);
  return parsed.href === url && parsed.username === '' && parsed.password === '' && parsed.hash === '';
}

function parseStored(object: JsonObject | undefined): StoredBytes | undefined {
  if (object === undefined) return undefined;
  const digest = parseSha256(textMember(object, 'sha256') ?? '');
  const { size } = object;
  if (digest === undefined || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw invalid('a body has no digest or no size');
  return { sha256: digest, size };
}

function parsePairs(object: JsonObject, key: string): (readonly [string, string])[] {
  const pairs = listMember(object, key);
  if (pairs.length > transcriptLimits.headers) throw invalid('a request has too many headers');
  return pairs.map((pair) => {
    const [name, value, ...more] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof name !== 'string' || typeof value !== 'string' || more.length > 0 || !isHeader(name, value))
      throw invalid('a header is not an HTTP header');
    return [name, value] as const;
  });
}

/** RFC 9110 §5: a name is a token, in lower case here; a value has no control characters, so that it cannot begin another line. */
function isHeader(name: string, value: string): boolean {
  return (
    /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/.test(name) &&
    value.length <= transcriptLimits.text &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
  );
}

/** Methods that a transcript may hold: those of HTTP and its extensions that programs of builds use. */
export function isMethod(text: string): boolean {
  return /^[A-Z][A-Z-]{0,31}$/.test(text);
}

/** Statuses of final answers (RFC 9110 §15). */
export function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;
}

function requireObject(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw invalid('a request is not an object');
  return value;
}
