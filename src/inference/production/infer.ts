/** How production's generator recorded a package, as its published document shows. */
import type { Apk } from '../../apk/apk.ts';
import type { Claim } from '../../claim/claim.ts';
import { answersOf, formsOf, type RecordTrait } from '../../claim/traits/record-variant.ts';
import { fitRecord } from './fit.ts';
import { publishedRecord, publishedScan } from './published.ts';

export interface ReadPackage {
  readonly apk: Apk;
  readonly claim: Claim;
}

/** The trait of a package; undefined where it has no record of production's generator. */
export function inferRecord({ apk, claim }: ReadPackage): RecordTrait | undefined {
  const published = publishedRecord(apk, claim);
  if (published === undefined) return undefined;
  const { fit, variants } = fitRecord(published);
  return {
    variant: variants[0]!,
    fit,
    forms: formsOf(variants),
    answers: answersOf(variants),
    found: publishedScan(apk),
  };
}
