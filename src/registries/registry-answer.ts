/** Answers taken apart and put together again. */
import { isJsonObject, type JsonObject, parseBoundedJson } from '../formats/bounded-json.ts';
import { undoContentEncoding } from '../formats/content-encoding.ts';
import type { AsOfAnswer, ChangedAnswer, Filtering, Headers, RegistryAnswer } from './listed.ts';

/** The most bytes of a list; the largest known are some 50 MB. */
const mostContent = 128 * 1024 * 1024;

/** The content of an answer without its content encoding; undefined where it is damaged or too large. */
export function contentOfAnswer(answer: RegistryAnswer): Uint8Array | undefined {
  const content = undoContentEncoding(answer.body, headerOf(answer, 'content-encoding'), mostContent);
  return typeof content === 'string' ? undefined : content;
}

export function headerOf({ headers }: Pick<RegistryAnswer, 'headers'>, name: string): string {
  return headers.find(([each]) => each === name)?.[1] ?? '';
}

/** The content as a JSON object; undefined for anything else. */
export function objectOf(content: Uint8Array | undefined): JsonObject | undefined {
  if (content === undefined) return undefined;
  const parsed = parseBoundedJson(content);
  return 'value' in parsed && isJsonObject(parsed.value) ? parsed.value : undefined;
}

/** Headers that say something about the bytes that were sent. */
const ofBytes =
  /^(?:etag|last-modified|content-(?:encoding|length|md5|digest|range)|accept-ranges|(?:repr-|x-)?digest|x-checksum-.*|x-goog-(?:hash|stored-.*)|x-amz-checksum-.*|x-linked-etag)$/;

/** An answer with a different content. */
export function changedAnswer(
  { answer }: Pick<Filtering, 'answer'>,
  content: Uint8Array | string,
): ChangedAnswer {
  const headers: Headers = answer.headers.filter(([name]) => !ofBytes.test(name));
  return { status: answer.status, headers, body: Buffer.from(content) };
}

/** What a registry answers about something that did not exist yet. */
export function absentAnswer(content: string): ChangedAnswer {
  return {
    status: 404,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: Buffer.from(content),
  };
}

/** An answer that is left as it is. */
export function unchanged(shape: AsOfAnswer['shape'], undated: AsOfAnswer['undated']): AsOfAnswer {
  return { shape, changed: undefined, removed: [], corrected: [], undated };
}
