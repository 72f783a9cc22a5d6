/** What pins one object. */
import type { Content } from '../formats/content.ts';
import { addAll } from '../lists.ts';
import type { Exchange } from '../transcript/exchange.ts';
import { type Digest, digestsOf } from './answer-digests.ts';
import { type Judgement, mostPins } from './judgement.ts';
import { addressSubjects, isStrong, type Pin, subjectOf } from './pin.ts';
import { digestKey, type PinIndex } from './pin-index.ts';
import { type ObjectShape, segmentsOf, type WantedOfGit } from './shapes/shape.ts';
import type { Unpacking } from './unpacking.ts';

export interface FetchedObject {
  readonly exchange: Exchange;
  readonly shape: ObjectShape;
  /** The body as it was sent, and the same without its content encoding. */
  readonly contents: readonly Content[];
  /** The object's address, and those that led to it. */
  readonly addresses: readonly string[];
}

/** @param archives bounds what the archives of all objects become */
export async function decideObject(
  object: FetchedObject,
  pins: PinIndex,
  archives: Unpacking,
): Promise<Judgement> {
  const { shape, exchange } = object;
  if (shape.git !== undefined) return decideCommits(shape.git, pins, archives);
  if (exchange.status === 206) return { kind: 'unpinned', reason: 'partial', pins: [] };
  const named = namedPins(object, pins);
  const digests: Digest[] = [];
  for (const content of object.contents)
    addAll(digests, await digestsOf(content, pins.algorithms, shape.hash, archives));
  const keys = new Set(digests.map(digestKey));
  const ofName = comparePins(named, keys);
  const strong = named.filter(({ algorithm }) => isStrong(algorithm));
  if (ofName.strong.length > 0) return pinned(ofName.strong, ofName.against);
  if (strong.length > 0) {
    const computed = strong.filter(({ algorithm }) => digests.some((each) => each.algorithm === algorithm));
    return computed.length > 0
      ? contradicted(computed, digests)
      : { kind: 'unpinned', reason: 'unreadable', pins: strong.slice(0, mostPins) };
  }
  return decideByDigest(object, { pins, digests, ofName });
}

interface Compared {
  readonly strong: readonly Pin[];
  readonly weak: readonly Pin[];
  readonly against: readonly Pin[];
}

/** The judgement where no strong pin is recorded under the object's name: by what is recorded for its bytes, and by what weak pins say. */
function decideByDigest(
  object: FetchedObject,
  known: { readonly pins: PinIndex; readonly digests: readonly Digest[]; readonly ofName: Compared },
): Judgement {
  const { pins, digests, ofName } = known;
  const same = digests.flatMap((digest) => pins.byDigest.get(digestKey(digest)) ?? []);
  const strong = same.filter(({ algorithm }) => isStrong(algorithm));
  if (strong.length > 0) return pinned(strong, ofName.against);
  if (ofName.weak.length === 0 && ofName.against.length > 0) return contradicted(ofName.against, digests);
  const weak = ofName.weak.length > 0 ? ofName.weak : same;
  if (weak.length > 0) return { kind: 'unpinned', reason: 'weak-pin', pins: weak.slice(0, mostPins) };
  const commits = commitsIn(object.addresses, pins);
  return commits.length > 0
    ? { kind: 'unpinned', reason: 'named-by-commit', pins: commits.slice(0, mostPins) }
    : { kind: 'unpinned', reason: 'no-pin', pins: [] };
}

function comparePins(named: readonly Pin[], keys: ReadonlySet<string>): Compared {
  const same = named.filter((pin) => keys.has(digestKey(pin)));
  const entries = new Set(same.map(entryKey));
  return {
    strong: same.filter(({ algorithm }) => isStrong(algorithm)),
    weak: same.filter(({ algorithm }) => !isStrong(algorithm)),
    against: named.filter((pin) => !entries.has(entryKey(pin)) && !keys.has(digestKey(pin))),
  };
}

/** The digests of one entry are those of several files of a version, or of one file by several algorithms. */
function entryKey({ place: { file, line, entry } }: Pin): string {
  return `${file}\n${line ?? ''}\n${entry}`;
}

function pinned(by: readonly Pin[], against: readonly Pin[]): Judgement {
  return { kind: 'pinned', by: by.slice(0, mostPins), against: against.slice(0, mostPins) };
}

function contradicted(expected: readonly Pin[], digests: readonly Digest[]): Judgement {
  const algorithms = new Set(expected.map(({ algorithm }) => algorithm));
  const got = digests.filter(({ algorithm }) => algorithms.has(algorithm));
  return { kind: 'contradicted', expected: expected.slice(0, mostPins), got };
}

/** Pins recorded for what the object is by its address, each once. */
function namedPins({ shape, addresses }: FetchedObject, pins: PinIndex): Pin[] {
  const ofAddresses = addresses.flatMap((address) => {
    const file = segmentsOf(new URL(address)).at(-1)!;
    return file === '' ? addressSubjects(address) : [...addressSubjects(address), subjectOf('file', file)];
  });
  const subjects = [...shape.subjects, ...ofAddresses];
  return [...new Set(subjects.flatMap((subject) => pins.bySubject.get(subject) ?? []))];
}

function decideCommits({ wants, isWhole }: WantedOfGit, pins: PinIndex, archives: Unpacking): Judgement {
  const found = wants.map((want) => pins.bySubject.get(subjectOf('commit', want)) ?? []);
  const by = found.flatMap((each) => each.slice(0, 1)).slice(0, mostPins);
  if (found.some((each) => each.length === 0))
    return { kind: 'unpinned', reason: 'commit-not-pinned', pins: by };
  const state = isWhole(archives);
  if (state === 'lacking' || state === 'damaged') return { kind: 'contradicted', expected: by, got: [] };
  return state === 'whole' ? pinned(by, []) : { kind: 'unpinned', reason: 'unreadable', pins: by };
}

/** Whole ids of pinned commits in addresses. */
function commitsIn(addresses: readonly string[], pins: PinIndex): Pin[] {
  const ids = addresses.flatMap((address) => address.match(/\b(?:[\da-f]{64}|[\da-f]{40})\b/g) ?? []);
  return ids.flatMap((id) => (pins.bySubject.get(subjectOf('commit', id)) ?? []).slice(0, 1));
}
