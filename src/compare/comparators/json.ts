/** JSON compared by path; where the values are the same, the way it is written is compared as text. */
import { parseBoundedJson } from '../../formats/bounded-json.ts';
import type { Structure } from '../../formats/structured-value.ts';
import type { Part } from '../part.ts';
import type { Comparator } from './comparator.ts';
import { compareStructures } from './structure.ts';
import { compareText } from './text.ts';

export const json: Comparator = {
  format: 'json',
  matches: (published, rebuilt) => looksLikeJson(published) && looksLikeJson(rebuilt),
  compare(published, rebuilt, context): readonly Part[] | undefined {
    context.work.spend((published.length + rebuilt.length) >> 3);
    const left = parseJson(published);
    const right = parseJson(rebuilt);
    if (left === undefined || right === undefined) return undefined;
    const parts = compareStructures({ format: 'json', context }, left.value, right.value);
    return parts.length > 0 ? parts : compareText('json', published, rebuilt, context);
  },
};

/** A value takes some ten times its bytes. */
const mostBytes = 8 * 1024 * 1024;

/** A JSON value; undefined for bytes that are not JSON or exceed the reader's limits. */
export function parseJson(bytes: Uint8Array): { readonly value: Structure } | undefined {
  if (bytes.length > mostBytes) return undefined;
  const json = parseBoundedJson(bytes);
  return 'fault' in json ? undefined : { value: json.value as Structure };
}

const [openBrace, openBracket, closeBrace, closeBracket] = [0x7b, 0x5b, 0x7d, 0x5d];

export function looksLikeJson(bytes: Uint8Array): boolean {
  const isBlank = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  const first = bytes.find((byte) => !isBlank(byte));
  const last = bytes.findLast((byte) => !isBlank(byte));
  return (first === openBrace && last === closeBrace) || (first === openBracket && last === closeBracket);
}
