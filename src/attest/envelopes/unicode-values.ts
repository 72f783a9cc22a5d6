/** Values without half characters: JSON can write them (RFC 8259, section 8.2), and parsers of others refuse the whole document for one (RFC 7493, section 2.1). */
import { printable } from '../../bytes.ts';

/** The same value; in its texts and names of members, what is not a character (bytes that are not UTF-8, halves of surrogate pairs) is spelled out as `\xff`, `\ud800`. */
export function unicodeValue(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\p{Cs}/gu, printable);
  if (Array.isArray(value)) return value.map(unicodeValue);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [unicodeValue(key), unicodeValue(member)]);
  return Object.fromEntries(members);
}
