/** JSON of unknown origin: bounded before it is read, and examined without trusting any type. */
import { decodeBytes } from '../bytes.ts';

export type JsonFault = 'too-large' | 'too-deep' | 'too-many-values' | 'not-json';

export interface JsonLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly values: number;
}

const defaultLimits: JsonLimits = { bytes: 64 * 1024 * 1024, depth: 32, values: 2_000_000 };

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The value, or why there is none: it exceeds a limit (no value was built then), or is not JSON. */
export function parseBoundedJson(
  bytes: Uint8Array,
  limits: JsonLimits = defaultLimits,
): { readonly value: unknown } | { readonly fault: JsonFault } {
  const excess = excessOf(bytes, limits);
  if (excess !== undefined) return { fault: excess };
  try {
    return { value: JSON.parse(decodeBytes(bytes)) };
  } catch {
    return { fault: 'not-json' };
  }
}

function excessOf(bytes: Uint8Array, limits: JsonLimits): JsonFault | undefined {
  if (bytes.length > limits.bytes) return 'too-large';
  let [depth, values] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === quote) {
      at += 1;
      while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
    } else if (byte === openBracket || byte === openBrace) {
      depth += 1;
      values += 1;
    } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
    else if (byte === comma) values += 1;
    if (depth > limits.depth) return 'too-deep';
    if (values > limits.values) return 'too-many-values';
  }
  return undefined;
}

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is text; undefined for everything else. */
export function textMember(object: JsonObject, key: string): string | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A member that is an object; undefined for everything else. */
export function objectMember(object: JsonObject, key: string): JsonObject | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : undefined;
}

/** The items of a member that is a list; none where it is not. */
export function listMember(object: JsonObject, key: string): readonly unknown[] {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return Array.isArray(value) ? value : [];
}
