/** BEAM files: an IFF container of chunks (erts/emulator/beam, "BEAM file format"; lib/stdlib/src/beam_lib.erl). */
import { type ByteCursor, readWhole } from './byte-cursor.ts';
import { atomTexts, readTerm } from './erlang-terms.ts';
import type { Structure } from './structured-value.ts';

export interface Beam {
  /** Chunks whose form is known. */
  readonly known: ReadonlyMap<string, Structure>;
  readonly others: ReadonlyMap<string, Uint8Array>;
}

/** Chunks that hold a term: attributes, compiler information, debug information, documentation. */
const termChunks: ReadonlySet<string> = new Set(['Attr', 'CInf', 'Dbgi', 'Docs', 'Abst']);

export function readBeam(bytes: Uint8Array, most: number, mostBytes: number): Beam | undefined {
  return readWhole(bytes, (cursor) => {
    if (cursor.text(4) !== 'FOR1') throw new RangeError('not IFF');
    cursor.take(4);
    if (cursor.text(4) !== 'BEAM') throw new RangeError('not BEAM');
    const known = new Map<string, Structure>();
    const others = new Map<string, Uint8Array>();
    while (cursor.left >= 8 && known.size + others.size < most) {
      const name = cursor.text(4);
      const content = cursor.take(cursor.u32());
      cursor.take(Math.min(cursor.left, (4 - (content.length % 4)) % 4));
      const value = chunkValue(name, content, most, mostBytes);
      if (value === undefined) others.set(name, content);
      else known.set(name, value);
    }
    return { known, others };
  });
}

function chunkValue(
  name: string,
  content: Uint8Array,
  most: number,
  mostBytes: number,
): Structure | undefined {
  if (termChunks.has(name)) return readWhole(content, () => readTerm(content, most, mostBytes));
  if (name === 'AtU8' || name === 'Atom') return readWhole(content, (cursor) => atomTexts(cursor, most));
  if (name === 'ImpT' || name === 'ExpT' || name === 'LocT')
    return readWhole(content, (cursor) => rows(cursor, most));
  return undefined;
}

function rows(cursor: ByteCursor, most: number): Structure {
  const count = cursor.u32();
  if (count > most) throw new RangeError('too many');
  return Array.from({ length: count }, () => `${cursor.u32()}, ${cursor.u32()}, ${cursor.u32()}`);
}
