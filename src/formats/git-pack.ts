/** Packs of git (git's Documentation/gitformat-pack.txt): the ids of the objects that they hold, and which object refers to which. Bounded; objects are named by SHA-1. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { addTo } from '../lists.ts';
import { type PackedObject, referencesOf } from './git-object.ts';

export interface PackLimits {
  readonly bytes: number;
  readonly objects: number;
  /** Bytes of one object. */
  readonly object: number;
  /** Bytes of everything that is inflated and assembled. */
  readonly inflated: number;
  /** Deltas on top of each other. */
  readonly depth: number;
  /** Bytes of objects that deltas wait for. */
  readonly held: number;
}

const mebibyte = 1024 * 1024;
export const packLimits: PackLimits = {
  bytes: 256 * mebibyte,
  objects: 500_000,
  object: 128 * mebibyte,
  inflated: 2048 * mebibyte,
  depth: 4096,
  held: 512 * mebibyte,
};

/** Objects by their ids, each with the objects to which it refers. */
export type PackObjects = ReadonlyMap<string, readonly string[]>;

export type ReadPack =
  | {
      readonly objects: PackObjects;
      /** Deltas whose base is not in the pack. */
      readonly unresolved: number;
      /** Bytes of everything that was inflated and assembled. */
      readonly inflated: number;
    }
  | 'damaged'
  | 'too-large';

const types = ['', 'commit', 'tree', 'blob', 'tag'] as const;
const [ofsDelta, refDelta] = [6, 7];
const [headerLength, idLength] = [12, 20];

/** Reads every object of a pack. The result is `damaged` for a wrong checksum, and for anything that does not follow the format. */
export function readPack(pack: Buffer, limits: PackLimits = packLimits): ReadPack {
  if (pack.length > limits.bytes) return 'too-large';
  if (pack.length < headerLength + idLength || pack.toString('latin1', 0, 4) !== 'PACK') return 'damaged';
  const count = pack.readUInt32BE(8);
  if (count > limits.objects) return 'too-large';
  const end = pack.length - idLength;
  const sum = createHash('sha1').update(pack.subarray(0, end)).digest();
  if (!sum.equals(pack.subarray(end))) return 'damaged';
  try {
    return new PackReader(pack.subarray(0, end), limits).read(count);
  } catch (error) {
    if (error instanceof PackFault) return error.fault;
    // Offsets beyond the end, and streams that are not deflate.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return 'damaged';
    throw error;
  }
}

class PackFault extends Error {
  readonly fault: 'damaged' | 'too-large';

  constructor(fault: 'damaged' | 'too-large') {
    super(fault);
    this.fault = fault;
  }
}

interface Entry {
  readonly type: number;
  readonly size: number;
  /** Where the deflated data begins. */
  readonly data: number;
}

/** An object to which deltas are applied. */
interface Base extends PackedObject {
  readonly offset: number;
  readonly depth: number;
}

class PackReader {
  readonly #pack: Buffer;
  readonly #limits: PackLimits;
  readonly #objects = new Map<string, readonly string[]>();
  /** Deltas that wait for their base, by its offset and by its id. */
  readonly #byOffset = new Map<number, { at: number; entry: Entry }[]>();
  readonly #byId = new Map<string, { at: number; entry: Entry }[]>();
  readonly #plain: { at: number; entry: Entry }[] = [];
  #inflated = 0;

  constructor(pack: Buffer, limits: PackLimits) {
    this.#pack = pack;
    this.#limits = limits;
  }

  read(count: number): ReadPack {
    let at = headerLength;
    for (let index = 0; index < count; index += 1) at = this.#scan(at);
    if (at !== this.#pack.length) throw new PackFault('damaged');
    for (const { at: offset, entry } of this.#plain) {
      const bytes = this.#inflate(entry).bytes;
      this.#resolve({ type: types[entry.type]!, bytes, offset, depth: 0 });
    }
    const waiting = [...this.#byOffset.values(), ...this.#byId.values()];
    return {
      objects: this.#objects,
      unresolved: waiting.reduce((sum, deltas) => sum + deltas.length, 0),
      inflated: this.#inflated,
    };
  }

  /** Notes the object at an offset; gives the offset at which the next begins. */
  #scan(at: number): number {
    const [entry, behind] = readHeader(this.#pack, at);
    if (entry.size > this.#limits.object) throw new PackFault('too-large');
    let data = behind;
    if (entry.type === ofsDelta) {
      const [distance, next] = readDistance(this.#pack, behind);
      data = next;
      addTo(this.#byOffset, at - distance, { at, entry: { ...entry, data } });
    } else if (entry.type === refDelta) {
      data = behind + idLength;
      addTo(this.#byId, this.#pack.toString('hex', behind, data), { at, entry: { ...entry, data } });
    } else if (entry.type >= types.length || entry.type === 0) throw new PackFault('damaged');
    else this.#plain.push({ at, entry: { ...entry, data } });
    return data + this.#inflate({ ...entry, data }).consumed;
  }

  #inflate({ data, size }: Entry): { readonly bytes: Buffer; readonly consumed: number } {
    this.#spend(size);
    // What zlib's deflateBound allows for, and the wrapper.
    const input = this.#pack.subarray(data, data + size + (size >> 8) + 256);
    const options = { maxOutputLength: Math.max(size, 1), info: true };
    // With `info`, which the type declarations leave out, the result has the state of zlib next to the bytes.
    const { buffer, engine } = inflateSync(input, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    if (buffer.length !== size) throw new PackFault('damaged');
    return { bytes: buffer, consumed: engine.bytesWritten };
  }

  #spend(bytes: number): void {
    this.#inflated += bytes;
    if (this.#inflated > this.#limits.inflated) throw new PackFault('too-large');
  }

  /** An object and all deltas on top of it, one at a time: only bases that deltas still wait for are held. */
  #resolve(first: Base): void {
    const waiting: {
      readonly base: Base;
      readonly at: number;
      readonly entry: Entry;
      readonly isLast: boolean;
    }[] = [];
    let held = 0;
    const settle = (base: Base) => {
      const id = idOf(base);
      this.#objects.set(id, referencesOf(base));
      const deltas = [...take(this.#byOffset, base.offset), ...take(this.#byId, id)];
      if (deltas.length === 0) return;
      held += base.bytes.length;
      if (base.depth >= this.#limits.depth || held > this.#limits.held) throw new PackFault('too-large');
      for (const [index, delta] of deltas.entries()) waiting.push({ base, ...delta, isLast: index === 0 });
    };
    settle(first);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { base, at, entry, isLast } = next;
      const bytes = applyDelta(base.bytes, this.#inflate(entry).bytes, this.#limits.object);
      this.#spend(bytes.length);
      if (isLast) held -= base.bytes.length;
      settle({ type: base.type, bytes, offset: at, depth: base.depth + 1 });
    }
  }
}

function take<K, V>(lists: Map<K, V[]>, key: K): readonly V[] {
  const list = lists.get(key) ?? [];
  lists.delete(key);
  return list;
}

function idOf({ type, bytes }: PackedObject): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Three bits of type, and the size in groups of four and then seven bits. */
function readHeader(pack: Buffer, from: number): [Entry, number] {
  let byte = pack.readUInt8(from);
  const type = (byte >> 4) & 7;
  let [size, scale, at] = [byte & 15, 16, from + 1];
  while (byte >= 0x80) {
    byte = pack.readUInt8(at);
    size += (byte & 0x7f) * scale;
    scale *= 128;
    at += 1;
    if (scale > 2 ** 46) throw new PackFault('damaged');
  }
  return [{ type, size, data: at }, at];
}

/** How far before a delta its base begins: groups of seven bits, each but the last one less than it is. */
function readDistance(pack: Buffer, from: number): [number, number] {
  let byte = pack.readUInt8(from);
  let [distance, at] = [byte & 0x7f, from + 1];
  while (byte >= 0x80) {
    byte = pack.readUInt8(at);
    distance = (distance + 1) * 128 + (byte & 0x7f);
    at += 1;
    if (distance > 2 ** 46) throw new PackFault('damaged');
  }
  return [distance, at];
}

/** The instructions of a delta: to copy a piece of the base, or to take bytes that follow. */
function applyDelta(base: Buffer, delta: Buffer, most: number): Buffer {
  const [baseSize, behind] = readSize(delta, 0);
  const [size, begin] = readSize(delta, behind);
  if (size > most) throw new PackFault('too-large');
  const result = Buffer.alloc(size);
  let [at, length] = [begin, 0];
  while (at < delta.length) {
    const instruction = delta[at]!;
    at += 1;
    let piece: Buffer;
    if (instruction >= 0x80) {
      const copy = readCopy(delta, at, instruction);
      at = copy.behind;
      if (copy.offset + copy.size > base.length) throw new PackFault('damaged');
      piece = base.subarray(copy.offset, copy.offset + copy.size);
    } else {
      piece = delta.subarray(at, at + instruction);
      if (instruction === 0 || piece.length !== instruction) throw new PackFault('damaged');
      at += instruction;
    }
    if (length + piece.length > size) throw new PackFault('damaged');
    length += piece.copy(result, length);
  }
  if (length !== size || baseSize !== base.length) throw new PackFault('damaged');
  return result;
}

function readSize(delta: Buffer, from: number): [number, number] {
  let [size, scale, at] = [0, 1, from];
  for (;;) {
    const byte = delta.readUInt8(at);
    at += 1;
    size += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return [size, at];
    if (scale > 2 ** 46) throw new PackFault('damaged');
  }
}

/** Bits say which bytes of the offset and of the size follow; no size stands for 65,536. */
function readCopy(delta: Buffer, from: number, instruction: number) {
  let [offset, size, at] = [0, 0, from];
  for (let bit = 0; bit < 7; bit += 1) {
    if ((instruction & (1 << bit)) === 0) continue;
    const byte = delta.readUInt8(at);
    at += 1;
    if (bit < 4) offset += byte * 256 ** bit;
    else size += byte * 256 ** (bit - 4);
  }
  return { offset, size: size === 0 ? 0x10000 : size, behind: at };
}
