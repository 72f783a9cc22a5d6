/**
 * Several builds of our own compared with the published file: what differs between our own builds is unstable by itself; what
 * differs only in the published file is environment, hidden input or tampering. A place is an entry with an attribute: within one content the
 * two are not distinguished.
 */

import { readApk } from '../apk/read-apk.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Difference, DifferenceKind, SectionName } from '../compare/difference.ts';
import { countDifferences, isComplete, joined } from '../compare/difference-list.ts';
import { Failure } from '../failure.ts';
import { originOf } from './causes/derived.ts';
import type { Factor } from './factors.ts';

/** A place where something differs. */
export interface Place {
  readonly section: SectionName;
  readonly kind: DifferenceKind;
  /** Entry; attacker-controlled. */
  readonly path: string;
  readonly name?: string;
}

export type FactorResult =
  | {
      readonly factor: Factor;
      readonly outcome: 'changes-bytes';
      /** Places that change with it and differ from the published file, so that the factor may be the reason. */
      readonly differing: readonly Place[];
      /** Places that change with it and have the published value where nothing is changed. */
      readonly others: readonly Place[];
    }
  /** No place that is stable without it changes with it. */
  | { readonly factor: Factor; readonly outcome: 'no-change' }
  /** The recipe does not build with it, so nothing is known. */
  | { readonly factor: Factor; readonly outcome: 'build-failed'; readonly why: string }
  /** It was not varied, with the reason: no program of this machine can change it, or the recipe pins it. */
  | { readonly factor: Factor; readonly outcome: 'not-varied'; readonly why: string };

/** Two builds with factors held, compared with each other and with the published file. */
export type HeldResult =
  | {
      /** What was held, together. */
      readonly held: readonly Factor[];
      readonly outcome: 'agrees';
      /** Places that are unstable otherwise, and where both builds agree. */
      readonly agreeing: readonly Place[];
      /** Those of them that have the published value. */
      readonly asPublished: readonly Place[];
    }
  /** Every place that is unstable otherwise still is. */
  | { readonly held: readonly Factor[]; readonly outcome: 'no-change' }
  | { readonly held: readonly Factor[]; readonly outcome: 'build-failed'; readonly why: string }
  | { readonly held: readonly Factor[]; readonly outcome: 'not-held'; readonly why: string };

export interface Triangulation {
  /** The number of our own builds under the same conditions, the first included. */
  readonly builds: number;
  /** The places where our own builds differ from each other. */
  readonly unstable: readonly Place[];
  /** The places where our own builds agree and the published file differs. */
  readonly publishedOnly: readonly Place[];
  readonly factors: readonly FactorResult[];
  /** Absent where nothing was held. */
  readonly held?: readonly HeldResult[];
}

/**
 * The places where two packages differ, in order, without those that follow from other places. Fails with `limit-exceeded` where there are more places than
 * are kept: that a place is not in the list would then mean nothing.
 */
export async function placesBetween(a: ByteSource, b: ByteSource): Promise<readonly Place[]> {
  const [left, right] = [await readApk(a), await readApk(b)];
  const { compareSections } = await import('../compare/compare-sections.ts');
  const sections = (['control', 'data'] as const).map((section) =>
    compareSections(section, left[section], right[section]),
  );
  if (!isComplete(sections)) throw tooManyPlaces(countDifferences(sections));
  return placesOf(joined(sections).differences);
}

/** The reason why builds are not compared place by place. */
export function tooManyPlaces(count: number): Failure {
  return new Failure('limit-exceeded', `${count} differences are more than are compared between builds`);
}

export function placesOf(differences: readonly Difference[]): readonly Place[] {
  return differences.filter((each) => originOf(each, differences) === undefined).map(placeOf);
}

export function placeOf({ section, kind, path, name }: Difference): Place {
  return { section, kind, path, ...(name === undefined ? {} : { name }) };
}

/**
 * The place of each difference from the published file as our own builds have it: what the published file has under a different path is
 * compared between our builds under ours.
 */
export function ownPlaces(differences: readonly Difference[]): ReadonlyMap<Difference, Place> {
  const moved = movedPaths(differences);
  return new Map(
    differences.map((each) => {
      const path = moved.get(`${each.section} ${each.path}`) ?? each.path;
      return [each, { ...placeOf(each), path }];
    }),
  );
}

/** Whether a difference from the published file is at one of the places at which our own builds differ. */
export function isAmong(
  differences: readonly Difference[],
  places: readonly Place[],
): (difference: Difference) => boolean {
  const own = ownPlaces(differences);
  const known = new Set(places.map((place) => JSON.stringify(place)));
  return (difference) => known.has(JSON.stringify(own.get(difference)!));
}

/** The rebuilt path of each entry that has a different one, by its section and its published path. */
export function movedPaths(differences: readonly Difference[]): ReadonlyMap<string, string> {
  return new Map(
    differences.flatMap(({ kind, section, path, rebuilt }) =>
      kind === 'moved' && rebuilt !== undefined ? [[`${section} ${path}`, rebuilt] as const] : [],
    ),
  );
}

/** The places of all lists, each once, those of the first list first. */
export function joinPlaces(...lists: readonly (readonly Place[])[]): readonly Place[] {
  return [...new Map(lists.flat().map((place) => [JSON.stringify(place), place])).values()];
}

export function withoutPlaces(places: readonly Place[], others: readonly Place[]): readonly Place[] {
  const known = new Set(others.map((place) => JSON.stringify(place)));
  return places.filter((place) => !known.has(JSON.stringify(place)));
}

/** Whether everything that differs from the published file also differs between our own builds. */
export function isUnstable({ unstable, publishedOnly }: Triangulation): boolean {
  return unstable.length > 0 && publishedOnly.length === 0;
}
