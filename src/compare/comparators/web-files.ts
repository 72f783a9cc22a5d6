/** What bundlers and documentation generators write for browsers: JSON in a call or an assignment, and source maps. */
import type { Structure } from '../../formats/structured-value.ts';
import type { Comparator } from './comparator.ts';
import { looksLikeJson, parseJson } from './json.ts';
import { laidOut } from './laid-out.ts';

const mostBefore = 200;
const mostBehind = 16;
/** Blanks, line ends and semicolons. */
const behind: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0x3b]);

/** `Search.setIndex({…})`, `callback([…]);`, `window.data = {…};` */
export const jsonCall: Comparator = laidOut(
  'json-call',
  (published, rebuilt, path) =>
    /\.(?:m?js|jsonp)$/.test(path) && callOf(published) !== undefined && callOf(rebuilt) !== undefined,
  (bytes) => {
    const call = callOf(bytes);
    const read = call === undefined ? undefined : parseJson(bytes.subarray(call.start, call.end));
    if (call === undefined || read === undefined) return undefined;
    return { values: new Map([['called', call.called]]), structure: read.value };
  },
);

interface Call {
  readonly called: string;
  readonly start: number;
  readonly end: number;
}

/** Where the JSON begins and ends; undefined where the text is not of one call or assignment. */
function callOf(bytes: Uint8Array): Call | undefined {
  const head = Buffer.from(bytes.subarray(0, mostBefore)).toString('latin1');
  const before = /^\s*((?:(?:var|let|const)\s+)?[\w.$]+)\s*(\(|=)\s*(?=[[{])/.exec(head);
  if (before === null) return undefined;
  let end = bytes.length;
  while (end > 0 && end > bytes.length - mostBehind && behind.has(bytes[end - 1]!)) end -= 1;
  if (before[2] === '(') end -= 1;
  if (before[2] === '(' && bytes[end] !== 0x29) return undefined;
  const start = before[0].length;
  return looksLikeJson(bytes.subarray(start, end))
    ? { called: `${before[1]}${before[2]}`, start, end }
    : undefined;
}

/** Source maps (ECMA-426): the mappings of each line are one item, and sources are compared as text. */
export const sourceMap: Comparator = laidOut(
  'source-map',
  (published, rebuilt, path) => /\.map$/.test(path) && looksLikeJson(published) && looksLikeJson(rebuilt),
  (bytes) => {
    const value = parseJson(bytes)?.value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const members = new Map(Object.entries(value as { readonly [key: string]: Structure }));
    const mappings = members.get('mappings');
    if (typeof mappings !== 'string') return undefined;
    members.set('mappings', mappings.split(';'));
    return { structure: members };
  },
);
