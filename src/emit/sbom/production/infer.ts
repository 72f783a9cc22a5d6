/** The variant of production's generator as one trait of a build: one answer for all its packages. */
import type { Apk } from '../../../apk/apk.ts';
import type { Claim } from '../../../claim/claim.ts';
import {
  answersOf,
  type RecordTrait,
  type RecordVariant,
  recordVariants,
  sampleVariant,
} from '../../../claim/traits/record-variant.ts';
import type { Sha256 } from '../../../digest.ts';
import { type FittingVariants, fitRecord } from './fit.ts';
import { publishedRecord } from './published.ts';

export interface ReadPackage {
  readonly apk: Apk;
  readonly claim: Claim;
}

/**
 * The trait of each package, in the order given; undefined for those that have no record of production's generator. A
 * build makes a package once: of two files of one name at most one is of the same build as the other packages.
 */
export function inferRecords(packages: readonly ReadPackage[]): (RecordTrait | undefined)[] {
  const fits = packages.map(({ apk, claim }) => {
    const published = publishedRecord(apk, claim);
    return published === undefined ? undefined : fitRecord(published);
  });
  const editions: Edition[] = [];
  const joined = packages.map(({ claim }, index) => {
    const fitting = fits[index];
    return fitting === undefined ? undefined : { fitting, edition: joinEdition(editions, claim, fitting) };
  });
  return joined.map((each) => each && traitOf(each.edition, each.fitting));
}

/** Packages that can be of one build, and what fits all of them: nothing where they contradict each other. */
interface Edition {
  readonly files: Map<string, Sha256>;
  variants: readonly RecordVariant[];
}

function joinEdition(editions: Edition[], { name, file }: Claim, fitting: FittingVariants): Edition {
  // What no variant fits says nothing of the others.
  const variants = fitting.fit === 'none' ? recordVariants : fitting.variants;
  const shared = (edition: Edition) => edition.variants.filter((variant) => variants.includes(variant));
  const open = editions.filter(({ files }) => (files.get(name) ?? file.sha256) === file.sha256);
  const edition = open.find((each) => shared(each).length > 0) ?? open[0];
  if (edition === undefined) {
    const first: Edition = { files: new Map([[name, file.sha256]]), variants };
    editions.push(first);
    return first;
  }
  edition.variants = shared(edition);
  edition.files.set(name, file.sha256);
  return edition;
}

function traitOf({ variants }: Edition, { fit }: FittingVariants): RecordTrait {
  const [first] = variants;
  return first === undefined
    ? { variant: sampleVariant, fit: 'none', answers: answersOf([sampleVariant]) }
    : { variant: first, fit, answers: answersOf(variants) };
}
