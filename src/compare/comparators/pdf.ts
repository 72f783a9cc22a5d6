/** PDF: dates, producer and identifiers, then objects by number, streams inflated (ISO 32000-1 §7.3, §14.3). */

import { inflateSync } from 'node:zlib';
import { decodeBytes } from '../../bytes.ts';
import { addAll } from '../../lists.ts';
import type { Part } from '../part.ts';
import { bothBegin, type Comparator, type CompareContext, inflateBound } from './comparator.ts';
import { insideParts, numbered, valuePart, valueParts } from './parts.ts';

export const pdf: Comparator = {
  format: 'pdf',
  matches: bothBegin(...Buffer.from('%PDF-')),
  async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
    context.work.spend((published.length + rebuilt.length) >> 2);
    const parts: Part[] = valueParts('pdf', metadataOf(published), metadataOf(rebuilt));
    const most = context.limits.members;
    const [left, right] = [objectsOf(published, most), objectsOf(rebuilt, most)];
    for (const [name, object] of left) {
      const other = right.get(name);
      if (other === undefined)
        parts.push(valuePart('pdf', `object ${name}`, `${object.length} bytes`, undefined));
      else if (Buffer.compare(object, other) !== 0) {
        const inside = await context.inside('', contentOf(object, context), contentOf(other, context));
        addAll(parts, insideParts('pdf', `object ${name}`, inside));
      }
    }
    for (const [name, object] of right) {
      if (!left.has(name))
        parts.push(valuePart('pdf', `object ${name}`, undefined, `${object.length} bytes`));
    }
    return parts;
  },
};

/** Entries of the document information, in whatever object they stand, and the identifiers of the trailer. */
const information =
  /\/(CreationDate|ModDate|Producer|Creator|Author|Title|Subject|Keywords)\s*(\((?:\\.|[^\\)]){0,400}\)|<[0-9A-Fa-f\s]{0,800}>)/g;
const identifiers = /\/ID\s*\[\s*(<[0-9A-Fa-f\s]*>|\([^)]{0,64}\))\s*(<[0-9A-Fa-f\s]*>|\([^)]{0,64}\))/;
const xmp = /<(xmp:\w*Date|xmpMM:\w+ID|pdf:Producer)>([^<]{0,400})</g;

function metadataOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const text = Buffer.from(bytes).toString('latin1');
  const found: [string, string][] = [['version', text.slice(5, 8)]];
  for (const [, name, value] of text.matchAll(information))
    found.push([name!, decodeBytes(Buffer.from(value!, 'latin1'))]);
  for (const [, name, value] of text.matchAll(xmp)) found.push([name!, value!]);
  const ids = identifiers.exec(text);
  if (ids !== null) found.push(['ID', `${ids[1]} ${ids[2]}`]);
  const names = numbered(found.map(([name]) => name));
  return new Map(found.map(([, value], at) => [names[at]!, value]));
}

/** Objects by `number generation`; what lies between them belongs to the trailer. */
function objectsOf(bytes: Uint8Array, most: number): Map<string, Uint8Array> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const objects: [string, Uint8Array][] = [];
  let end = 0;
  const rest: Uint8Array[] = [];
  while (objects.length < most) {
    const start = view.indexOf(' obj', end, 'latin1');
    if (start < 0) break;
    const name = /(\d{1,10} \d{1,5})$/.exec(view.toString('latin1', Math.max(end, start - 20), start))?.[1];
    const close = view.indexOf('endobj', start, 'latin1');
    if (close < 0) break;
    if (name !== undefined) {
      rest.push(view.subarray(end, start - name.length));
      objects.push([name, view.subarray(start + 4, close)]);
    }
    end = close + 6;
  }
  rest.push(view.subarray(end));
  objects.push(['none (header, cross references and trailer)', Buffer.concat(rest)]);
  const names = numbered(objects.map(([name]) => name));
  return new Map(objects.map(([, object], at) => [names[at]!, object]));
}

const streamStart = /stream\r?\n/;

/** The content of an object, with its stream inflated where it is stored deflated. */
function contentOf(object: Uint8Array, context: CompareContext): Uint8Array {
  const view = Buffer.from(object.buffer, object.byteOffset, object.length);
  const head = view.toString('latin1', 0, 4096);
  const start = streamStart.exec(head);
  if (start === null || !head.slice(0, start.index).includes('/FlateDecode')) return object;
  const from = start.index + start[0].length;
  try {
    const content = inflateSync(view.subarray(from), { maxOutputLength: inflateBound(context) });
    context.work.inflated(content.length);
    return Buffer.concat([view.subarray(0, from), content]);
  } catch {
    return object;
  }
}
