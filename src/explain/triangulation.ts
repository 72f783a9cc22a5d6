/**
 * Several builds of our own beside the published file: what differs between our own is unstable by itself; what only the
 * published file has otherwise is environment, hidden input or tampering. A place is an entry with an attribute: within one content
 * the two are not told apart.
 */

import { readApk } from '../apk/apk.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Difference, DifferenceKind, SectionName } from '../compare/difference.ts';
import { countDifferences, isComplete, joined } from '../compare/difference-list.ts';
import { Failure } from '../failure.ts';
import { isDerived } from './causes/derived.ts';
import type { Factor } from './factors.ts';

/** Where something differs. */
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
      /** What changes with it and differs from the published file, so that the factor may be why. */
      readonly differing: readonly Place[];
      /** What changes with it and is the published value where nothing is changed. */
      readonly others: readonly Place[];
    }
  /** Nothing changes with it that is otherwise stable. */
  | { readonly factor: Factor; readonly outcome: 'no-change' }
  /** The recipe does not build so: nothing is known. */
  | { readonly factor: Factor; readonly outcome: 'build-failed'; readonly why: string }
  /** And why: no program of this machine can change it, or the recipe pins it. */
  | { readonly factor: Factor; readonly outcome: 'not-varied'; readonly why: string };

export interface Triangulation {
  /** Our own builds under the same conditions, the first included. */
  readonly builds: number;
  /** Where our own builds disagree. */
  readonly unstable: readonly Place[];
  /** Where our own builds agree and the published file does not. */
  readonly publishedOnly: readonly Place[];
  readonly factors: readonly FactorResult[];
}

/**
 * Where two packages differ, in order; what follows from other places is left out. Fails with `limit-exceeded` where there are more
 * places than are kept: what a list lacks then says nothing.
 */
export async function placesBetween(a: ByteSource, b: ByteSource): Promise<readonly Place[]> {
  const [left, right] = [await readApk(a), await readApk(b)];
  const { compareSections } = await import('../compare/sections.ts');
  const sections = (['control', 'data'] as const).map((section) =>
    compareSections(section, left[section], right[section]),
  );
  if (!isComplete(sections)) throw tooManyPlaces(countDifferences(sections));
  return placesOf(joined(sections).differences);
}

/** Why builds are not held against each other place by place. */
export function tooManyPlaces(count: number): Failure {
  return new Failure('limit-exceeded', `${count} differences are more than are compared between builds`);
}

export function placesOf(differences: readonly Difference[]): readonly Place[] {
  return differences.filter((each) => !isDerived(each, differences)).map(placeOf);
}

export function placeOf({ section, kind, path, name }: Difference): Place {
  return { section, kind, path, ...(name === undefined ? {} : { name }) };
}

/** Each place once, those of the first list first. */
export function joinPlaces(...lists: readonly (readonly Place[])[]): readonly Place[] {
  return [...new Map(lists.flat().map((place) => [JSON.stringify(place), place])).values()];
}

export function withoutPlaces(places: readonly Place[], others: readonly Place[]): readonly Place[] {
  const known = new Set(others.map((place) => JSON.stringify(place)));
  return places.filter((place) => !known.has(JSON.stringify(place)));
}

/** Whether everything that differs from the published file differs between our own builds, too. */
export function isUnstable({ unstable, publishedOnly }: Triangulation): boolean {
  return unstable.length > 0 && publishedOnly.length === 0;
}
