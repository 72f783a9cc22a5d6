/** JSON as Go's encoding/json writes it: HTML escaping, an indent of two spaces (go1.22 and later). */
import { Failure } from '../../failure.ts';

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * A document as text, with the newline at its end: text, booleans, lists and objects of these, members in their
 * order; undefined ones are left out. Bytes that are not UTF-8 (see `decodeBytes`) become `\ufffd`.
 */
export function goJson(document: object): string {
  return `${renderValue(document, '\n')}\n`;
}

function renderValue(value: unknown, newline: string): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return String(value);
  const inner = `${newline}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => renderValue(item, inner));
    return enclose('[', items, ']', newline);
  }
  if (typeof value !== 'object' || value === null) throw new Failure('internal', 'not a value of an SBOM');
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${quote(key)}: ${renderValue(member, inner)}`],
  );
  return enclose('{', members, '}', newline);
}

function enclose(open: string, items: readonly string[], close: string, newline: string): string {
  if (items.length === 0) return open + close;
  const inner = `${newline}  `;
  return `${open}${inner}${items.join(`,${inner}`)}${newline}${close}`;
}

function quote(text: string): string {
  const escaped = text.replace(
    /["\\\u0000-\u001f<>&\u2028\u2029]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    (character) => short[character] ?? unicodeEscape(character.charCodeAt(0)),
  );
  return `"${escaped}"`;
}

function unicodeEscape(code: number): string {
  const loneSurrogate = code >= 0xd800 && code <= 0xdfff;
  return `\\u${(loneSurrogate ? 0xfffd : code).toString(16).padStart(4, '0')}`;
}
