/** Changes of the SBOM: each text in it, and each byte. */
import { decodeBytes } from '../../../src/bytes.ts';
import { goJson } from '../../../src/emit/sbom/go-json.ts';
import { oneOf, type Random } from '../../support/mutate.ts';
import {
  changeData,
  isSbom,
  type Parts,
  putTogether,
  textOf,
  withContent,
  withData,
  withSbom,
  withText,
} from '../../support/parts.ts';
import type { Change, Whole } from './attributes.ts';
import type { Mutant } from './judge.ts';

/** Every text of the SBOM changed in its last character, each by the path to it. */
export async function* sbomMutants({ parts, packing }: Whole): AsyncGenerator<Mutant> {
  const index = parts.data.findIndex(isSbom);
  const entry = parts.data[index]!;
  const text = decodeBytes(entry.content);
  for (const { path, start, end } of jsonTexts(text)) {
    const last = text[end - 2] === 'x' ? 'y' : 'x';
    const changed = end - start === 2 ? `${text.slice(0, end - 1)}x` : `${text.slice(0, end - 2)}${last}`;
    const altered = withData(parts, parts.data.with(index, withText(entry, changed + text.slice(end - 1))));
    yield { what: path, bytes: await putTogether(altered, packing) };
  }
}

/** Strings of a JSON text that are values, with their place in it, the quotes included. */
function jsonTexts(text: string): { path: string; start: number; end: number }[] {
  const found: { path: string; start: number; end: number }[] = [];
  const path: (string | number)[] = [];
  const expectsKey: boolean[] = [];
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    const [token] = match;
    if (token === '{' || token === '[') {
      path.push(token === '{' ? '' : 0);
      expectsKey.push(token === '{');
    } else if (token === '}' || token === ']') {
      path.pop();
      expectsKey.pop();
    } else if (token === ',') {
      const last = path.at(-1);
      if (typeof last === 'number') path[path.length - 1] = last + 1;
      else expectsKey[expectsKey.length - 1] = true;
    } else if (token !== ':') {
      if (expectsKey.at(-1) === true) {
        path[path.length - 1] = JSON.parse(token) as string;
        expectsKey[expectsKey.length - 1] = false;
      } else {
        found.push({ path: path.join('/'), start: match.index, end: match.index + token.length });
      }
    }
  }
  return found;
}

/** Every byte of the SBOM, its checksum right. */
export async function* sbomByteMutants({ parts, packing }: Whole): AsyncGenerator<Mutant> {
  const index = parts.data.findIndex(isSbom);
  const entry = parts.data[index]!;
  for (let at = 0; at < entry.content.length; at++) {
    const content = entry.content.map((byte, place) => (place === at ? byte ^ (1 << (at % 8)) : byte));
    const altered = changeData(parts, index, () => withContent(entry, content));
    yield { what: `SBOM byte ${at}`, bytes: await putTogether(altered, packing) };
  }
}

type Json = { [key: string]: unknown };

/** One element, reference, relationship or member of the SBOM changed; its form stays that of Go's encoder. */
export function sbomElement(parts: Parts, random: Random): Change {
  const entry = parts.data.find(isSbom)!;
  const document = JSON.parse(textOf(entry)) as Json;
  const what = changeInside(document, random);
  return { what: `SBOM ${what}`, parts: withSbom(parts, () => goJson(document as never)) };
}

/** Goes down by chance and changes what is there. */
function changeInside(inside: Json | unknown[], random: Random): string {
  const keys = Object.keys(inside);
  const key = oneOf(keys, random);
  if (key === undefined) return 'unchanged';
  const members = inside as Json;
  const value = members[key];
  if (typeof value === 'object' && value !== null && random(5) > 0)
    return `${key}/${changeInside(value as Json, random)}`;
  const form = random(6);
  if (Array.isArray(inside)) {
    const [at, other] = [Number(key), random(inside.length)];
    if (form < 2) inside.splice(at, 1);
    else if (form < 4) inside.push(value);
    else [inside[at], inside[other]] = [inside[other], value];
    return `list at ${key}`;
  }
  if (form === 0) delete members[key];
  else if (form === 1) members[`x${key}`] = value;
  else if (typeof value === 'string') members[key] = changedText(value, random);
  else members[key] = typeof value === 'boolean' ? !value : 'x';
  return key;
}

function changedText(text: string, random: Random): string {
  const at = random(text.length + 1);
  return `${text.slice(0, at)}${'aZ0.-/ <\u2028'[random(9)]}${text.slice(at + random(2))}`;
}
