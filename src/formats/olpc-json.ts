/**
 * The canonical JSON over which classic in-toto documents are signed (OLPC's; securesystemslib `formats.encode_canonical`): strings escape the quote and
 * the backslash only, keys are sorted by their code points, numbers are whole.
 */
import { compareBytes } from '../bytes.ts';

/** The text; undefined for what has none: fractions, numbers that are not exact, and strings that are not Unicode. */
export function olpcJson(value: unknown): string | undefined {
  try {
    return encode(value);
  } catch (failure) {
    if (failure instanceof NotCanonical) return undefined;
    throw failure;
  }
}

class NotCanonical extends Error {}

function encode(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (/\p{Cs}/u.test(value)) throw new NotCanonical();
      return `"${value.replace(/[\\"]/g, '\\$&')}"`;
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new NotCanonical();
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(encode).join(',')}]`;
      return `{${Object.entries(value)
        .sort(([a], [b]) => compareBytes(a, b))
        .map(([key, member]) => `${encode(key)}:${encode(member)}`)
        .join(',')}}`;
    default:
      throw new NotCanonical();
  }
}
