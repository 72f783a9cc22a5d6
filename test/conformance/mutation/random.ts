/** Mutants by chance, from a seed: what nobody thought of. */
import { oneOf, type Random } from '../../support/mutate.ts';
import {
  changeControl,
  changeData,
  type Packing,
  type PartEntry,
  type Parts,
  type SectionName,
  textOf,
  withContent,
  withTarByte,
  withText,
} from '../../support/parts.ts';
import { type Change, type Expected, fields, type Whole } from './attributes.ts';
import { controlChanges, pkginfoChanges } from './control.ts';
import { addedEntries, entryChanges } from './data.ts';
import { framingChanges, madeBy, signatureChanges } from './framing.ts';
import type { Mutant } from './judge.ts';
import {
  architecture,
  assertion,
  condition,
  nesting,
  option,
  type RecipeSubject,
  reworded,
} from './meaning.ts';
import {
  appended,
  deletedBytes,
  insertedBytes,
  movedBytes,
  otherBytes,
  type RawMaker,
  truncated,
} from './raw.ts';
import { recipeByte, recipeLine } from './recipe.ts';
import { sbomElement } from './sbom.ts';

export interface RandomSubject extends Whole, RecipeSubject {
  readonly published: Uint8Array;
}

export interface RandomMutant extends Mutant {
  readonly kind: string;
  readonly expected: Expected;
}

/** Undefined where the package has no such thing. */
type Maker = (subject: RandomSubject, random: Random) => Change | undefined;

interface Kind {
  readonly kind: string;
  /** How often it is taken, beside the others. */
  readonly weight: number;
}

/** The file is changed as it lies on a disk. */
const rawKinds: readonly (Kind & { readonly raw: RawMaker })[] = [
  { kind: 'bytes of the file changed', weight: 14, raw: otherBytes },
  { kind: 'bytes inserted', weight: 4, raw: insertedBytes },
  { kind: 'bytes deleted', weight: 4, raw: deletedBytes },
  { kind: 'bytes doubled or moved', weight: 4, raw: movedBytes },
  { kind: 'file cut off', weight: 3, raw: truncated },
  { kind: 'bytes appended', weight: 3, raw: appended },
];

/** Each changes parts of a package whose digests and signature are made right again. */
const partKinds: readonly (Kind & { readonly make: Maker })[] = [
  { kind: 'an entry: attribute, record, content, place', weight: 14, make: anEntry },
  { kind: 'an entry added', weight: 2, make: oneOfAll(({ parts }) => addedEntries(parts)) },
  { kind: 'one attribute of all entries', weight: 3, make: allEntries },
  { kind: 'a byte of a content', weight: 6, make: contentByte },
  { kind: 'a byte of the SBOM', weight: 5, make: sbomByte },
  { kind: 'an element of the SBOM', weight: 8, make: ({ parts }, random) => sbomElement(parts, random) },
  { kind: 'a character of .PKGINFO', weight: 6, make: pkginfoCharacter },
  { kind: 'a line of .PKGINFO', weight: 5, make: oneOfAll(({ parts }) => pkginfoChanges(parts)) },
  { kind: 'the control section’s files', weight: 4, make: oneOfAll(({ parts }) => controlChanges(parts)) },
  { kind: 'a byte of the recipe', weight: 1, make: ({ parts }, random) => recipeByte(parts, random) },
  { kind: 'a line of the recipe', weight: 2, make: ({ parts }, random) => recipeLine(parts, random) },
];

/** The recipe means something else, or the same by other words. */
const meaningKinds: readonly (Kind & { readonly make: Maker })[] = [
  {
    kind: 'the recipe: a condition',
    weight: 2,
    make: (subject, random) => reworded(subject, condition, random),
  },
  {
    kind: 'the recipe: an assertion',
    weight: 1,
    make: (subject, random) => reworded(subject, assertion, random),
  },
  {
    kind: 'the recipe: nested pipelines',
    weight: 1,
    make: (subject, random) => reworded(subject, nesting, random),
  },
  { kind: 'the recipe: options', weight: 1, make: (subject, random) => reworded(subject, option, random) },
  {
    kind: 'the recipe: architectures',
    weight: 1,
    make: (subject, random) => reworded(subject, architecture, random),
  },
];

/** How the parts are packed. */
const packingKinds: readonly (Kind & { readonly make: Maker })[] = [
  { kind: 'a byte of an archive', weight: 18, make: archiveByte },
  {
    kind: 'the signature section',
    weight: 3,
    make: oneOfAll(({ parts, packing }) => signatureChanges(parts, packing)),
  },
  {
    kind: 'encoder, gzip header or order of sections',
    weight: 6,
    make: oneOfAll(({ parts, packing }) => framingChanges(parts, packing)),
  },
  { kind: 'several of these at once', weight: 5, make: severalParts },
];

const all = [...rawKinds, ...partKinds, ...meaningKinds, ...packingKinds];
const total = all.reduce((sum, { weight }) => sum + weight, 0);

/** A mutant of a kind that chance takes; it may be no change at all. */
export async function randomMutant(subject: RandomSubject, random: Random): Promise<RandomMutant> {
  let left = random(total);
  const taken = all.find(({ weight }) => {
    left -= weight;
    return left < 0;
  })!;
  const { kind } = taken;
  if ('raw' in taken) return { kind, expected: 'any', ...taken.raw(subject.published, random) };
  const change = taken.make(subject, random) ?? contentByte(subject, random);
  const { what, expected = 'any' } = change;
  return { kind, what, expected, bytes: await madeBy(change, subject) };
}

/** One of a list that is made once for each package. */
function oneOfAll(changes: (subject: RandomSubject) => Iterable<Change>): Maker {
  const made = new WeakMap<RandomSubject, readonly Change[]>();
  return (subject, random) => {
    const list = made.get(subject) ?? [...changes(subject)];
    made.set(subject, list);
    return oneOf(list, random);
  };
}

function anEntry({ parts }: RandomSubject, random: Random): Change | undefined {
  return oneOf([...entryChanges(parts, random(parts.data.length))], random);
}

function allEntries({ parts }: RandomSubject, random: Random): Change {
  const [what, change] = oneOf(fields, random)!;
  const type = oneOf(['0', '2', '5'], random)!;
  const data = parts.data.map((entry) => (entry.type === type ? (change(entry) ?? entry) : entry));
  return { what: `${what} of all of type ${type}`, parts: { ...parts, data } };
}

function contentByte(subject: RandomSubject, random: Random): Change {
  const { parts } = subject;
  const filled = [...parts.data.entries()].filter(([, { size, type }]) => type === '0' && size > 0);
  const chosen = oneOf(filled, random);
  return chosen === undefined ? archiveByte(subject, random) : byteOf(parts, ...chosen, random);
}

/** None where the SBOM is gone: another of several changes took it away. */
function sbomByte({ parts }: RandomSubject, random: Random): Change | undefined {
  const index = parts.data.findIndex(({ name }) => name.endsWith('.spdx.json'));
  const entry = parts.data[index];
  return entry === undefined ? undefined : byteOf(parts, index, entry, random);
}

function byteOf(parts: Parts, index: number, entry: PartEntry, random: Random): Change {
  const at = random(entry.content.length);
  const bytes = Uint8Array.from(entry.content);
  bytes[at]! ^= 1 + random(255);
  return {
    what: `${entry.name}: content byte ${at}`,
    parts: changeData(parts, index, () => withContent(entry, bytes)),
  };
}

/** A character among those that a line may have, so that it is another value and not another shape. */
function pkginfoCharacter({ parts }: RandomSubject, random: Random): Change {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789.-_:=/ \n';
  let place = 0;
  const altered = changeControl(parts, '.PKGINFO', (entry) => {
    const text = textOf(entry);
    place = random(text.length);
    const other = characters[random(characters.length)]!;
    const form = random(3);
    const more = form === 0 ? '' : other;
    return withText(entry, text.slice(0, place) + more + text.slice(place + (form === 1 ? 0 : 1)));
  });
  return { what: `.PKGINFO character ${place}`, parts: altered };
}

function archiveByte({ parts }: RandomSubject, random: Random): Change {
  const names = (['signature', 'control', 'data'] as const).filter((name) => parts[name].length > 0);
  const section = oneOf<SectionName>(names, random)!;
  const mask = 1 + random(255);
  // Headers are little of an archive and most of what can be wrong in it.
  const [inFront, place] = [random(2) === 0, random(2 ** 30)];
  const alter: Packing['alter'] = (name, tar) => {
    if (name !== section) return tar;
    return withTarByte(tar, place % (inFront ? Math.min(tar.length, 2048) : tar.length), mask);
  };
  return { what: `${section} archive byte ${place} xor ${mask}`, packing: { alter } };
}

/** Two or three changes of parts, each of what the one before left. */
function severalParts(subject: RandomSubject, random: Random): Change {
  let { parts } = subject;
  const whats: string[] = [];
  for (let left = 2 + random(2); left > 0; left -= 1) {
    const change = oneOf(severalOf, random)!({ ...subject, parts }, random);
    parts = change?.parts ?? parts;
    whats.push(change?.what ?? '');
  }
  return { what: whats.join(', '), parts };
}

const severalOf: readonly Maker[] = [anEntry, allEntries, contentByte, sbomByte, pkginfoCharacter];
