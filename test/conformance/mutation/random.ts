/** Mutants by chance, from a seed: what nobody thought of. */
import { fields, type Whole } from './attributes.ts';
import type { Mutant } from './judge.ts';
import {
  changeControl,
  changeData,
  type Packing,
  type PartEntry,
  putTogether,
  textOf,
  withContent,
  withTarByte,
  withText,
} from './parts.ts';

/** Numbers from 0 up to a bound that is not reached. */
export type Chance = (bound: number) => number;

/** mulberry32: the same numbers from the same seed on every machine. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

export interface RandomSubject extends Whole {
  readonly published: Uint8Array;
}

type Maker = (subject: RandomSubject, chance: Chance) => Promise<Mutant>;

/** With how often each is taken; a changed recipe is built anew and takes longest. */
const makers: readonly (readonly [weight: number, make: Maker])[] = [
  [20, fileBytes],
  [5, fileCut],
  [30, tarByte],
  [15, attribute],
  [10, content],
  [12, sbomByte],
  [12, pkginfoByte],
  [1, recipeByte],
];

const total = makers.reduce((sum, [weight]) => sum + weight, 0);

export function randomMutant(subject: RandomSubject, chance: Chance): Promise<Mutant> {
  let left = chance(total);
  for (const [weight, make] of makers) {
    if (left < weight) return make(subject, chance);
    left -= weight;
  }
  return fileBytes(subject, chance);
}

/** One to four bytes of the file. */
async function fileBytes({ published }: RandomSubject, chance: Chance): Promise<Mutant> {
  const bytes = Uint8Array.from(published);
  const places = Array.from({ length: 1 + chance(4) }, () => chance(bytes.length));
  for (const at of new Set(places)) bytes[at]! ^= 1 + chance(255);
  return { what: `file bytes ${places.join(' ')}`, bytes };
}

/** Some bytes dropped, doubled or put elsewhere. */
async function fileCut({ published }: RandomSubject, chance: Chance): Promise<Mutant> {
  const at = chance(published.length);
  const length = 1 + chance(64);
  const [front, middle, back] = [
    published.subarray(0, at),
    published.subarray(at, at + length),
    published.subarray(at + length),
  ];
  const forms = [
    [front, back],
    [front, middle, middle, back],
    [front, back, middle],
  ];
  const bytes = Buffer.concat(forms[chance(forms.length)]!);
  return { what: `${length} bytes cut at ${at}`, bytes };
}

async function tarByte({ parts, packing }: RandomSubject, chance: Chance): Promise<Mutant> {
  const names = (['signature', 'control', 'data'] as const).filter((name) => parts[name].length > 0);
  const section = names[chance(names.length)]!;
  const mask = 1 + chance(255);
  let place = 0;
  const alter: Packing['alter'] = (name, tar) => {
    if (name !== section) return tar;
    // Headers are little of an archive and most of what can be wrong in it.
    place = chance(2) === 0 ? chance(tar.length) : chance(Math.min(tar.length, 2048));
    return withTarByte(tar, place, mask);
  };
  const bytes = await putTogether(parts, { ...packing, alter });
  return { what: `${section} archive byte ${place} xor ${mask}`, bytes };
}

async function attribute(subject: RandomSubject, chance: Chance): Promise<Mutant> {
  const { parts, packing } = subject;
  const index = chance(parts.data.length);
  const entry = parts.data[index]!;
  const [what, change] = fields[chance(fields.length)]!;
  const changed = change(entry);
  if (changed === undefined) return tarByte(subject, chance);
  const altered = changeData(parts, index, () => changed);
  return { what: `${entry.name}: ${what}`, bytes: await putTogether(altered, packing) };
}

function changedByte(entry: PartEntry, chance: Chance): readonly [PartEntry, number] {
  const at = chance(entry.content.length);
  const bytes = Uint8Array.from(entry.content);
  bytes[at]! ^= 1 + chance(255);
  return [withContent(entry, bytes), at];
}

async function content(subject: RandomSubject, chance: Chance): Promise<Mutant> {
  const { parts, packing } = subject;
  const filled = [...parts.data.entries()].filter(([, { size, type }]) => type === '0' && size > 0);
  const [index, entry] = filled[chance(filled.length)]!;
  const [changed, at] = changedByte(entry, chance);
  const altered = changeData(parts, index, () => changed);
  return { what: `${entry.name}: content byte ${at}`, bytes: await putTogether(altered, packing) };
}

async function sbomByte({ parts, packing }: RandomSubject, chance: Chance): Promise<Mutant> {
  const index = parts.data.findIndex(({ name }) => name.endsWith('.spdx.json'));
  const [changed, at] = changedByte(parts.data[index]!, chance);
  const altered = changeData(parts, index, () => changed);
  return { what: `SBOM byte ${at}`, bytes: await putTogether(altered, packing) };
}

/** A character among those that a line of .PKGINFO may have, so that it is another value and not another shape. */
async function pkginfoByte({ parts, packing }: RandomSubject, chance: Chance): Promise<Mutant> {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789.-_:=/ \n';
  let place = 0;
  const altered = changeControl(parts, '.PKGINFO', (entry) => {
    const text = textOf(entry);
    place = chance(text.length);
    const other = characters[chance(characters.length)]!;
    const one = chance(3);
    return withText(
      entry,
      text.slice(0, place) + (one === 0 ? '' : other) + text.slice(place + (one === 1 ? 0 : 1)),
    );
  });
  return { what: `.PKGINFO character ${place}`, bytes: await putTogether(altered, packing) };
}

async function recipeByte({ parts, packing }: RandomSubject, chance: Chance): Promise<Mutant> {
  let place = 0;
  const altered = changeControl(parts, '.melange.yaml', (entry) => {
    const [changed, at] = changedByte(entry, chance);
    place = at;
    return changed;
  });
  return { what: `recipe byte ${place}`, bytes: await putTogether(altered, packing) };
}
