/** The gateway to the `smol-toml` package: TOML 1.1 of unknown origin to plain tables, bounded. */
import { createRequire } from 'node:module';
import { decodeBytes } from '../bytes.ts';
import { isJsonObject, type JsonObject } from './bounded-json.ts';

type Toml = typeof import('smol-toml');

/** Loaded when first needed. */
const require = createRequire(import.meta.url);

const limits = { bytes: 32 * 1024 * 1024, depth: 32 };

/**
 * The tables of a document; undefined for a text that is too large, nested too deeply, or not TOML. Values are what the package makes of
 * them: text, numbers, booleans, dates, lists and tables. Keys that JavaScript gives a meaning to are ordinary keys.
 */
export function parseToml(bytes: Uint8Array): JsonObject | undefined {
  if (bytes.length > limits.bytes) return undefined;
  const { parse }: Toml = require('smol-toml');
  try {
    // A number may be longer than JavaScript represents exactly; no reader here uses such a number.
    const value: unknown = parse(decodeBytes(bytes), { maxDepth: limits.depth, integersAsBigInt: true });
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
