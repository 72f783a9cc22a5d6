/** Changes of the file by chance, whatever its bytes are: no digest fits any more. */
import type { Random } from '../../support/mutate.ts';
import type { Mutant } from './judge.ts';

export type RawMaker = (published: Uint8Array, random: Random) => Mutant;

/** One to four bytes in other values. */
export const otherBytes: RawMaker = (published, random) => {
  const bytes = Uint8Array.from(published);
  const places = Array.from({ length: 1 + random(4) }, () => random(bytes.length));
  for (const at of new Set(places)) bytes[at]! ^= 1 + random(255);
  return { what: `bytes ${places.join(' ')}`, bytes };
};

export const insertedBytes: RawMaker = (published, random) => {
  const at = random(published.length);
  const more = Uint8Array.from({ length: 1 + random(64) }, () => random(256));
  const bytes = Buffer.concat([published.subarray(0, at), more, published.subarray(at)]);
  return { what: `${more.length} bytes inserted at ${at}`, bytes };
};

export const deletedBytes: RawMaker = (published, random) => {
  const { front, piece, back, what } = cut(published, random);
  return { what: `${piece.length} bytes deleted ${what}`, bytes: Buffer.concat([front, back]) };
};

export const movedBytes: RawMaker = (published, random) => {
  const { front, piece, back, what } = cut(published, random);
  const forms = [
    [front, piece, piece, back],
    [front, back, piece],
    [piece, front, back],
  ];
  const form = random(forms.length);
  return {
    what: `${piece.length} bytes ${['doubled', 'put last', 'put first'][form]} ${what}`,
    bytes: Buffer.concat(forms[form]!),
  };
};

export const truncated: RawMaker = (published, random) => {
  const size = random(published.length);
  return { what: `cut after ${size} bytes`, bytes: published.slice(0, size) };
};

export const appended: RawMaker = (published, random) => {
  const value = random(2) === 0 ? 0 : undefined;
  const more = Uint8Array.from({ length: 1 + random(1024) }, () => value ?? random(256));
  return { what: `${more.length} bytes appended`, bytes: Buffer.concat([published, more]) };
};

function cut(published: Uint8Array, random: Random) {
  const at = random(published.length);
  const length = 1 + random(64);
  return {
    front: published.subarray(0, at),
    piece: published.subarray(at, at + length),
    back: published.subarray(at + length),
    what: `at ${at}`,
  };
}
