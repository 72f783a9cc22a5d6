/**
 * JSON of which every reader gets the same value: UTF-8, and no object with a key twice. RFC 8259 §4 leaves open which of two members
 * counts, so what one program verifies could be something else to the next.
 */
import { type JsonFault, type JsonLimits, parseBoundedJson } from './bounded-json.ts';

export type StrictJsonFault = JsonFault | 'not-utf8' | 'duplicate-key';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value, or why there is none. */
export function parseStrictJson(
  bytes: Uint8Array,
  limits: JsonLimits,
): { readonly value: unknown } | { readonly fault: StrictJsonFault } {
  const read = parseBoundedJson(bytes, limits);
  if ('fault' in read) return read;
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { fault: 'not-utf8' };
  }
  return hasKeyTwice(text) ? { fault: 'duplicate-key' } : read;
}

/** Whether an object of a text, which is JSON, has a key twice, however it is escaped. */
function hasKeyTwice(text: string): boolean {
  /** The keys of each object around a place; undefined for a list. */
  const around: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        const keys = around.at(-1);
        if (expectsKey && keys !== undefined) {
          const key = JSON.parse(text.slice(at, end)) as string;
          if (keys.has(key)) return true;
          keys.add(key);
          expectsKey = false;
        }
        at = end - 1;
        break;
      }
      case '{':
        around.push(new Set());
        expectsKey = true;
        break;
      case '[':
        around.push(undefined);
        expectsKey = false;
        break;
      case '}':
      case ']':
        around.pop();
        expectsKey = false;
        break;
      case ',':
        expectsKey = around.at(-1) !== undefined;
    }
  }
  return false;
}

/** The place behind the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
