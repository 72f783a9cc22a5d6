/** What a file of saved results holds, read at the door: one JSON value, or JSON lines. */
import { Failure } from '../../failure.ts';
import { type JsonFault, type JsonLimits, parseBoundedJson } from '../../formats/bounded-json.ts';

/** Depth: contents inside contents, eight levels of several parts each. The rest is what a report of many packages takes. */
export const savedLimits: JsonLimits = { bytes: 256 * 1024 * 1024, depth: 128, values: 16_000_000 };

const faults: Readonly<Record<JsonFault, string>> = {
  'too-large': `it has more than ${savedLimits.bytes} bytes`,
  'too-deep': `it is nested more than ${savedLimits.depth} levels deep`,
  'too-many-values': `it holds more than ${savedLimits.values} values`,
  'not-json': 'it is not JSON',
};

/** One value for a whole file of JSON, one for each line of JSON lines. Fails with `usage` where it is neither. */
export function savedValues(bytes: Uint8Array): readonly unknown[] {
  const read = parseBoundedJson(bytes, savedLimits);
  if (!('fault' in read)) return [read.value];
  if (read.fault === 'not-json' && bytes.includes(newline)) return linesOf(bytes);
  throw unreadable(read.fault);
}

const newline = 0x0a;

function unreadable(fault: JsonFault): Failure {
  return new Failure('usage', `this is not a saved result: ${faults[fault]}`);
}

/** The values of JSON lines. What a run was writing when it was killed is left out: it has no newline, and the run then has no end. */
function linesOf(bytes: Uint8Array): unknown[] {
  const values: unknown[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    const read = parseBoundedJson(bytes.subarray(start, end), savedLimits);
    if (!('fault' in read)) values.push(read.value);
    else if (found >= 0 || read.fault !== 'not-json' || values.length === 0) throw unreadable(read.fault);
    start = end + 1;
  }
  return values;
}
