/** The variant of production's generator as a trait of the builder, told by the record of one package. */
import type { Apk } from '../../../apk/apk.ts';
import type { Claim } from '../../../claim/claim.ts';
import { answersOf, type RecordTrait, sampleVariant } from '../../../claim/traits/record-variant.ts';
import { fitRecord } from './fit.ts';
import { publishedRecord } from './published.ts';

export interface ReadPackage {
  readonly apk: Apk;
  readonly claim: Claim;
}

/** The trait of a package: the first variant that fits its record; undefined where it has no record of production's generator. */
export function inferRecord({ apk, claim }: ReadPackage): RecordTrait | undefined {
  const published = publishedRecord(apk, claim);
  if (published === undefined) return undefined;
  const { fit, variants } = fitRecord(published);
  const [first] = variants;
  return first === undefined
    ? { variant: sampleVariant, fit: 'none', answers: answersOf([sampleVariant]) }
    : { variant: first, fit, answers: answersOf(variants) };
}
