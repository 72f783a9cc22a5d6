/** The variant of production's generator as one trait of a build: one answer for all its packages. */
import type { Apk } from '../../../apk/apk.ts';
import type { Claim } from '../../../claim/claim.ts';
import { type FitLevel, fitRecord, type RecordFit } from './fit.ts';
import { publishedRecord } from './published.ts';
import { answersOf, type RecordAnswers, type RecordVariant, sampleVariant } from './variant.ts';

/** How production recorded the packages of a build, as a plan states it. */
export interface RecordTrait {
  /** What is emitted: the first variant that fits, that of the public sample where none does. */
  readonly variant: RecordVariant;
  /** How well it fits every package. */
  readonly fit: FitLevel;
  /** The answers of all variants that fit as well; where one question has several, these packages do not tell. */
  readonly answers: RecordAnswers;
}

export interface ReadPackage {
  readonly apk: Apk;
  readonly claim: Claim;
}

/**
 * The trait of each package, in the order given; undefined for those that production's generator did not write. A build
 * makes a package once, so two files of one name are never taken for the same build.
 */
export function inferRecords(packages: readonly ReadPackage[]): (RecordTrait | undefined)[] {
  const fits = packages.map(({ apk, claim }) => {
    const published = publishedRecord(apk, claim);
    return published === undefined ? undefined : fitRecord(published);
  });
  return packages.map((own, index) => {
    if (fits[index] === undefined) return undefined;
    const together = fits.filter((fit, at) => fit !== undefined && isSameBuild(own, packages[at]!));
    return commonTrait(together as RecordFit[]);
  });
}

function isSameBuild({ claim }: ReadPackage, { claim: other }: ReadPackage): boolean {
  return claim.file.sha256 === other.file.sha256 || claim.name !== other.name;
}

/** The variants that fit all packages; a package that none fits says nothing about the others. */
function commonTrait(fits: readonly RecordFit[]): RecordTrait {
  const fit = fits.some(({ level }) => level === 'none')
    ? 'none'
    : fits.some(({ level }) => level === 'id')
      ? 'id'
      : 'id-and-cpes';
  const telling = fits.filter(({ level }) => level !== 'none');
  const [first, ...rest] = telling.map(({ variants }) => variants);
  const common = (first ?? []).filter((variant) => rest.every((variants) => variants.includes(variant)));
  return common.length === 0
    ? { variant: sampleVariant, fit: 'none', answers: answersOf([sampleVariant]) }
    : { variant: common[0]!, fit, answers: answersOf(common) };
}
