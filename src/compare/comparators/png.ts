/** PNG: chunks in order, the fields of the header, texts and times; pixels separately from how they are compressed (ISO/IEC 15948). */
import { inflateSync } from 'node:zlib';
import { decodeBytes } from '../../bytes.ts';
import type { Part } from '../part.ts';
import { bothBegin, type Comparator, type CompareContext, inflateBound } from './comparator.ts';
import { insideParts, numbered, orderParts, valuePart, valueParts } from './parts.ts';

const magic = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export const png: Comparator = {
  format: 'png',
  matches: bothBegin(...magic),
  async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
    const most = context.limits.members;
    const [left, right] = [readPng(published, most), readPng(rebuilt, most)];
    if (left === undefined || right === undefined) return undefined;
    const [a, b] = [valuesOf(left, context), valuesOf(right, context)];
    return [
      ...valueParts('png', a, b),
      ...orderParts('png', 'members', 'chunks', [...a.keys()], [...b.keys()]),
      ...(await comparePixels(left, right, context)),
      ...insideParts('png', 'bytes after the end', await context.inside('', left.rest, right.rest)),
    ];
  },
};

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
}

interface Png {
  readonly chunks: readonly Chunk[];
  readonly rest: Uint8Array;
}

function readPng(bytes: Uint8Array, most: number): Png | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  let at = magic.length;
  while (at + 12 <= view.length && chunks.length < most) {
    const size = view.readUInt32BE(at);
    if (at + 12 + size > view.length) return undefined;
    const type = view.toString('latin1', at + 4, at + 8);
    chunks.push({ type, content: bytes.subarray(at + 8, at + 8 + size) });
    at += 12 + size;
    if (type === 'IEND') break;
  }
  return chunks.length === 0 ? undefined : { chunks, rest: bytes.subarray(at) };
}

function valuesOf({ chunks }: Png, context: CompareContext): Map<string, string> {
  const named = chunks.filter(({ type }) => type !== 'IDAT').flatMap((chunk) => describe(chunk, context));
  const names = numbered(named.map(([name]) => name));
  return new Map(named.map(([, value], at) => [names[at]!, value]));
}

const headerFields = ['width', 'height', 'bit depth', 'colour type', 'compression', 'filter', 'interlace'];

function describe({ type, content }: Chunk, context: CompareContext): [string, string][] {
  const view = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (type === 'IHDR' && view.length >= 13) {
    const values = [view.readUInt32BE(0), view.readUInt32BE(4), ...view.subarray(8, 13)];
    return values.map((value, at) => [headerFields[at]!, String(value)]);
  }
  if (type === 'tIME' && view.length >= 7) {
    const [month, day, hour, minute, second] = [...view.subarray(2, 7)].map((value) =>
      String(value).padStart(2, '0'),
    );
    return [['tIME', `${view.readUInt16BE(0)}-${month}-${day} ${hour}:${minute}:${second}`]];
  }
  if (type === 'tEXt' || type === 'zTXt' || type === 'iTXt') {
    const end = view.indexOf(0);
    const key = decodeBytes(view.subarray(0, Math.max(0, end)));
    const rest = view.subarray(end + 1);
    const text = type === 'zTXt' ? inflated(rest.subarray(1), context) : rest;
    return [[`${type} ${key}`, decodeBytes(text ?? rest)]];
  }
  return [[type, `${view.length} bytes: ${view.toString('hex', 0, 64)}`]];
}

function inflated(bytes: Uint8Array, context: CompareContext): Uint8Array | undefined {
  try {
    const content = inflateSync(bytes, { maxOutputLength: inflateBound(context) });
    context.work.inflated(content.length);
    return content;
  } catch {
    return undefined;
  }
}

async function comparePixels(
  published: Png,
  rebuilt: Png,
  context: CompareContext,
): Promise<readonly Part[]> {
  const data = ({ chunks }: Png) =>
    Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ content }) => content));
  const [left, right] = [data(published), data(rebuilt)];
  const sizes = ({ chunks }: Png) =>
    chunks
      .filter(({ type }) => type === 'IDAT')
      .map(({ content }) => content.length)
      .join(', ');
  if (Buffer.compare(left, right) === 0) {
    if (sizes(published) === sizes(rebuilt)) return [];
    return [valuePart('png', 'sizes of IDAT chunks', sizes(published), sizes(rebuilt))];
  }
  const [a, b] = [inflated(left, context), inflated(right, context)];
  if (a === undefined || b === undefined) {
    return insideParts('png', 'compressed image data', await context.inside('', left, right));
  }
  const pixels = await context.inside('', a, b);
  if (pixels.length > 0) return insideParts('png', 'image data', pixels);
  const lengths = [`${left.length} bytes`, `${right.length} bytes`] as const;
  return [valuePart('png', 'compressed image data', ...lengths, 'the same image, compressed differently')];
}
