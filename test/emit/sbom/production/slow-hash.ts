/** The structure hash a second time: plain, slow, of arbitrary values, and written from the definitions alone. */

export type Hashable = string | bigint | { readonly set: readonly Hashable[] } | Struct;

export interface Struct {
  readonly type: string;
  readonly fields: readonly (readonly [name: string, value: Hashable])[];
}

const mask = 2n ** 64n - 1n;

/** @param generation of gohugoio/hashstructure: 0 is v0.6.0, 1 is v1.0.0 */
export function slowHash(value: Hashable, generation: 0 | 1): bigint {
  if (typeof value === 'string') return fnv([...Buffer.from(value, 'utf8')]);
  if (typeof value === 'bigint') return fnv(littleEndian(value));
  if ('set' in value) {
    const hashes = value.set.map((each) => slowHash(each, generation));
    if (generation === 0) return hashes.reduce((sum, hash) => sum ^ hash, 0n);
    return fnv(littleEndian([...new Set(hashes)].reduce((sum, hash) => sum ^ hash, 0n)));
  }
  let hash = slowHash(value.type, generation);
  for (const [name, member] of value.fields) {
    hash ^= fnv([...littleEndian(slowHash(name, generation)), ...littleEndian(slowHash(member, generation))]);
    hash = fnv(littleEndian(hash));
  }
  return hash;
}

function fnv(bytes: readonly number[]): bigint {
  return bytes.reduce((hash, byte) => ((hash * 0x100000001b3n) & mask) ^ BigInt(byte), 0xcbf29ce484222325n);
}

function littleEndian(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}
