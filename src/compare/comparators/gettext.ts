/** Compiled message catalogues (GNU gettext manual, "The Format of GNU MO Files"): header fields, messages by id. */
import { decodeBytes } from '../../bytes.ts';
import type { Part } from '../part.ts';
import { type Comparator, hasBytesAt } from './comparator.ts';
import { orderParts, valueParts } from './parts.ts';

const little = [0xde, 0x12, 0x04, 0x95];
const big = [0x95, 0x04, 0x12, 0xde];
const isCatalogue = (bytes: Uint8Array): boolean => hasBytesAt(bytes, little) || hasBytesAt(bytes, big);

export const gettext: Comparator = {
  format: 'gettext',
  matches: (published, rebuilt) => isCatalogue(published) && isCatalogue(rebuilt),
  compare(published, rebuilt, context): readonly Part[] | undefined {
    const most = context.limits.members;
    const [left, right] = [readCatalogue(published, most), readCatalogue(rebuilt, most)];
    if (left === undefined || right === undefined) return undefined;
    return [
      ...valueParts('gettext', left.layout, right.layout),
      ...valueParts('gettext', left.header, right.header, { prefix: 'header: ' }),
      ...valueParts('gettext', left.messages, right.messages, { prefix: 'message ' }),
      ...orderParts('gettext', 'members', 'messages', [...left.messages.keys()], [...right.messages.keys()]),
    ];
  },
};

interface Catalogue {
  readonly layout: ReadonlyMap<string, string>;
  /** Fields of the message with the empty id, like `POT-Creation-Date`. */
  readonly header: ReadonlyMap<string, string>;
  readonly messages: ReadonlyMap<string, string>;
}

function readCatalogue(bytes: Uint8Array, most: number): Catalogue | undefined {
  if (bytes.length < 28) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = hasBytesAt(bytes, little);
  const u32 = (offset: number) => view.getUint32(offset, isLittle);
  const [revision, count, ids, texts, hashSize] = [u32(4), u32(8), u32(12), u32(16), u32(20)];
  if (count > most || Math.max(ids, texts) + count * 8 > bytes.length) return undefined;
  const textAt = (table: number, index: number) => {
    const [length, offset] = [u32(table + index * 8), u32(table + index * 8 + 4)];
    return decodeBytes(bytes.subarray(offset, offset + length));
  };
  const messages = new Map<string, string>();
  for (let index = 0; index < count; index += 1) messages.set(textAt(ids, index), textAt(texts, index));
  const header = (messages.get('') ?? '').split('\n').filter((line) => line !== '');
  messages.delete('');
  return {
    layout: new Map([
      ['byte order', isLittle ? 'little endian' : 'big endian'],
      ['revision', String(revision)],
      ['size of the hash table', String(hashSize)],
      ['messages', String(count)],
    ]),
    header: new Map(
      header.map((line) => {
        const at = line.indexOf(': ');
        return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)];
      }),
    ),
    messages,
  };
}
