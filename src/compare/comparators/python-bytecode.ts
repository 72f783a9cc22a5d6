/** Compiled Python modules: the header, then the code objects by name of their fields (PEP 552; CPython Python/marshal.c). */

import { parseMarshal } from '../../formats/marshal.ts';
import { addAll } from '../../lists.ts';
import type { Part } from '../part.ts';
import { compareBinary } from './binary.ts';
import type { Comparator } from './comparator.ts';
import { insideParts, valuePart, valueParts } from './parts.ts';
import { compareStructures } from './structure.ts';

const headerBytes = 16;

export const pythonBytecode: Comparator = {
  format: 'python-bytecode',
  matches: (published, rebuilt, path) =>
    /\.py[co]$/.test(path) && isBytecode(published) && isBytecode(rebuilt),
  compare(published, rebuilt, context): readonly Part[] | undefined {
    context.work.spend(published.length + rebuilt.length);
    const parts: Part[] = valueParts('python-bytecode', headerOf(published), headerOf(rebuilt));
    const most = 4 * context.limits.members;
    const code = (bytes: Uint8Array) => parseMarshal(bytes.subarray(headerBytes), magicOf(bytes), most);
    const [left, right] = [code(published), code(rebuilt)];
    if (left === undefined || right === undefined) {
      const raw = compareBinary(published.subarray(headerBytes), rebuilt.subarray(headerBytes), context);
      return [...parts, ...insideParts('python-bytecode', 'code', raw)];
    }
    const differences = compareStructures({ format: 'python-bytecode', context }, left.value, right.value);
    addAll(parts, insideParts('python-bytecode', 'code', differences));
    if (left.flagged.join() !== right.flagged.join()) {
      const counts = [String(left.flagged.length), String(right.flagged.length)] as const;
      const note = 'flags that a value may be referred to; they follow reference counts while compiling';
      parts.push(valuePart('python-bytecode', 'reference flags', ...counts, note));
    }
    return parts;
  },
};

/** Whether bytes begin like bytecode: two bytes of magic and a line end, since Python 1.5. */
function isBytecode(bytes: Uint8Array): boolean {
  return bytes.length > headerBytes && bytes[2] === 0x0d && bytes[3] === 0x0a;
}

function magicOf(bytes: Uint8Array): number {
  return bytes[0]! + bytes[1]! * 256;
}

const byHash = 1;

function headerOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, headerBytes);
  const flags = header.readUInt32LE(4);
  const shared: [string, string][] = [
    ['magic', String(magicOf(bytes))],
    ['flags', String(flags)],
  ];
  if ((flags & byHash) !== 0) return new Map([...shared, ['source hash', header.toString('hex', 8, 16)]]);
  return new Map([
    ...shared,
    ['source mtime', String(header.readUInt32LE(8))],
    ['source size', String(header.readUInt32LE(12))],
  ]);
}
