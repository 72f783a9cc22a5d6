/** A transcript as texts, one for each request, so that two recordings can be laid beside each other. */
import { addAll } from '../lists.ts';
import { requestKey } from './request-key.ts';
import {
  type RecordedExchange,
  type Transcript,
  transcriptStart,
  type UnansweredRequest,
} from './transcript.ts';

export interface RequestText {
  /** Method, address and what selects the answer, with a number behind them where several requests have them. */
  readonly request: string;
  /** What was answered, a line for each thing; of several answers in their order. */
  readonly answers: string;
}

/** Whether bytes begin as a transcript does. */
export function beginsAsTranscript(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, transcriptStart.length)).equals(transcriptStart);
}

export function requestTexts({ exchanges, unanswered }: Transcript): RequestText[] {
  const texts = new Map<string, { request: string; lines: string[] }>();
  const add = (each: RecordedExchange | UnansweredRequest, lines: readonly string[]) => {
    const key = requestKey(each);
    const known = texts.get(key) ?? { request: nameOf(each), lines: requestLines(each) };
    addAll(known.lines, lines);
    texts.set(key, known);
  };
  for (const each of exchanges) add(each, answerLines(each));
  for (const each of unanswered) add(each, [`unanswered: ${each.reason}`]);
  const counts = new Map<string, number>();
  return [...texts.values()].map(({ request, lines }) => {
    const count = (counts.get(request) ?? 0) + 1;
    counts.set(request, count);
    return { request: count === 1 ? request : `${request} (${count})`, answers: `${lines.join('\n')}\n` };
  });
}

function nameOf({ method, url, selecting }: RecordedExchange | UnansweredRequest): string {
  return [`${method} ${url}`, ...selecting.map(([name, value]) => `${name}: ${value}`)].join(', ');
}

/** The request is part of the text: two requests with one answer are not one that moved. */
function requestLines({
  method,
  url,
  selecting,
  requestBody,
}: RecordedExchange | UnansweredRequest): string[] {
  return [
    `${method} ${url}`,
    ...selecting.map(([name, value]) => `${name}: ${value}`),
    ...(requestBody === undefined ? [] : [`body: sha256 ${requestBody.sha256}, ${requestBody.size} bytes`]),
  ];
}

function answerLines({ status, headers, body, filtered }: RecordedExchange): string[] {
  return [
    `answer: ${status}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(filtered === undefined ? [] : [`as of: ${filtered.asOf}, ${filtered.removed} left out`]),
    `sha256 ${body.sha256}, ${body.size} bytes`,
  ];
}
