/**
 * The structure hash that syft's package ids are made of: FNV-1 of 64 bits over names and values
 * (gohugoio/hashstructure v0.6.0 and v1.0.0 `hashstructure.go`, format 2, with nil as zero and lists as sets). Computed in halves
 * of 32 bits: a package of 20,000 files has two million steps.
 */
import { encodeBytes } from '../../../bytes.ts';

/** A hash as its two unsigned halves. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** 0: hashstructure v0.6.0; 1: v1.0.0 and v1.1.0. They differ only in lists. */
export type HashGeneration = 0 | 1;

/** What an empty list starts from. */
export const noElements: Hash64 = { high: 0, low: 0 };

const offsetBasis: Hash64 = { high: 0xcbf29ce4, low: 0x84222325 };
/** The prime is this and one bit at 2^40. */
const lowPrime = 0x1b3;

/** FNV-1, 64 bits: multiply, then xor (draft-eastlake-fnv; Go hash/fnv `New64`). */
export function fnv1(bytes: Uint8Array): Hash64 {
  let { high, low } = offsetBasis;
  for (let at = 0; at < bytes.length; at += 1) {
    const product = low * lowPrime;
    high = (Math.imul(high, lowPrime) + (low << 8) + Math.floor(product / 2 ** 32)) >>> 0;
    low = ((product >>> 0) ^ bytes[at]!) >>> 0;
  }
  return { high, low };
}

export function hashText(text: string): Hash64 {
  if (text.length < longText) return fnv1(encodeBytes(text));
  const known = longTexts.get(text) ?? fnv1(encodeBytes(text));
  if (longTexts.size >= mostLongTexts) longTexts.clear();
  longTexts.set(text, known);
  return known;
}

/** A description can have a mebibyte, and hundreds of records of one package hold it. */
const longText = 4096;
const mostLongTexts = 16;
const longTexts = new Map<string, Hash64>();

/** A whole number of 0 to 2^53 - 1. */
export function hashInteger(value: number): Hash64 {
  return hashOne({ high: Math.floor(value / 2 ** 32), low: value >>> 0 });
}

/** Lists count as sets, in any order. In generation 0 equal elements cancel in pairs, in generation 1 they count once. */
export function hashSet(elements: readonly Hash64[], generation: HashGeneration): Hash64 {
  if (generation === 0) return joinElements(elements);
  const distinct = new Map(elements.map((element) => [hashDigits(element), element]));
  return finishSet(joinElements([...distinct.values()]), generation);
}

/** Distinct elements joined, before their list is finished. An element that is joined twice cancels out. */
export function joinElements(elements: readonly Hash64[]): Hash64 {
  return elements.reduce(xor, noElements);
}

/** The hash of a list, from its joined elements. */
export function finishSet(joined: Hash64, generation: HashGeneration): Hash64 {
  return generation === 0 ? joined : hashOne(joined);
}

/** One field of a struct: its name bound to its value. */
export function hashField(name: string, value: Hash64): Hash64 {
  return hashPair(hashName(name), value);
}

/** A struct by the name of its type and its fields in the order of their declaration, each from `hashField`. */
export function hashStruct(type: string, fields: readonly Hash64[]): Hash64 {
  return fields.reduce((hash, field) => hashOne(xor(hash, field)), hashName(type));
}

/** 16 lower-case hex digits. */
export function hashDigits({ high, low }: Hash64): string {
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}

/** The inverse of `hashDigits`. */
export function parseDigits(digits: string): Hash64 {
  return { high: Number.parseInt(digits.slice(0, 8), 16), low: Number.parseInt(digits.slice(8), 16) };
}

export function xor(a: Hash64, b: Hash64): Hash64 {
  return { high: (a.high ^ b.high) >>> 0, low: (a.low ^ b.low) >>> 0 };
}

const names = new Map<string, Hash64>();

/** Names of types and fields, of which there are few, are hashed once. */
function hashName(name: string): Hash64 {
  const known = names.get(name) ?? hashText(name);
  names.set(name, known);
  return known;
}

const scratch = new Uint8Array(16);
const scratchView = new DataView(scratch.buffer);
const firstHalf = scratch.subarray(0, 8);

/** FNV-1 over the little-endian bytes of a hash. */
export function hashOne({ high, low }: Hash64): Hash64 {
  scratchView.setUint32(0, low, true);
  scratchView.setUint32(4, high, true);
  return fnv1(firstHalf);
}

/** The hash of one entry of a map. Keys are not cached: they come from outside. */
export function hashPair(a: Hash64, b: Hash64): Hash64 {
  scratchView.setUint32(0, a.low, true);
  scratchView.setUint32(4, a.high, true);
  scratchView.setUint32(8, b.low, true);
  scratchView.setUint32(12, b.high, true);
  return fnv1(scratch);
}
