/** Finds the known variants that give what a published record says: the published document is the oracle. */
import {
  formOf,
  productionForms,
  type RecordFit,
  type RecordVariant,
  recordVariants,
} from '../../claim/traits/record-variant.ts';
import { extractedIds } from '../../emit/sbom/licenses.ts';
import { distinctRecords, recordCpes, recordMaker } from '../../emit/sbom/production/apk-record.ts';
import { extractedLicense } from '../../emit/sbom/production/license.ts';
import { recordId } from '../../emit/sbom/production/syft-record.ts';
import { type TreePaths, treePaths } from '../../emit/sbom/production/tree-paths.ts';
import type { PublishedRecord } from './published.ts';

export interface FittingVariants {
  readonly fit: RecordFit;
  /** The variants that fit to this degree, in the order of the list; there is at least one. */
  readonly variants: readonly RecordVariant[];
  /** Paths with which they give the id; undefined where none does. */
  readonly paths: readonly string[] | undefined;
}

/** Tries every variant of every form, and nothing else, on every list of paths that the tree can have had. */
export function fitRecord(published: PublishedRecord): FittingVariants {
  const hasCpes = cpeJudge(published);
  for (const paths of published.pathLists) {
    const sameId = variantsWithId(published, treePaths(paths));
    if (sameId.length === 0) continue;
    const fit = sameId.some(hasCpes) ? 'id-and-cpes' : 'id';
    return { fit, variants: likeliest(published, sameId), paths };
  }
  // An unknown form is newer than the known ones.
  return { fit: 'none', variants: likeliest(published, newestFirst), paths: undefined };
}

const newestFirst = [...productionForms]
  .reverse()
  .flatMap(({ name }) => recordVariants.filter(({ form }) => form === name));

/**
 * Of several variants, those that give more of the document. What else the document says is a difference of the
 * SBOM like any other.
 */
function likeliest(published: PublishedRecord, variants: readonly RecordVariant[]): readonly RecordVariant[] {
  const judges = [
    cpeJudge(published),
    (variant: RecordVariant) => formOf(variant).root === published.root,
    ({ head }: RecordVariant) => head === published.head,
    textsJudge(published),
  ];
  return judges.reduce((left, judge) => {
    const fitting = left.filter(judge);
    return fitting.length > 0 ? fitting : left;
  }, variants);
}

/** The variants whose record has the published id. */
function variantsWithId({ subject, id }: PublishedRecord, paths: TreePaths): RecordVariant[] {
  const fitting = new Set(
    distinctRecords(subject, paths)
      .filter(({ record, generation }) => recordId(record, generation) === id)
      .flatMap(({ variants }) => variants),
  );
  return recordVariants.filter((variant) => fitting.has(variant));
}

/** Whether a variant gives the published CPEs. */
function cpeJudge({ subject, cpes }: PublishedRecord): (variant: RecordVariant) => boolean {
  const published = cpes.join('\n');
  const make = recordMaker(subject, treePaths([]));
  const judge = (variant: RecordVariant) =>
    recordCpes(subject, make(variant), variant).join('\n') === published;
  return remembered(judge, ({ form, url, cpe, originTable }) => [form, url, cpe, originTable].join());
}

/** Whether a variant gives licence texts for the published ids; their order is a trait of its own. */
function textsJudge({
  subject,
  licenseTexts,
  foundLicenses,
}: PublishedRecord): (variant: RecordVariant) => boolean {
  const melange = extractedIds(subject.recipe, subject.format);
  const make = recordMaker(subject, treePaths([]));
  const sorted = (ids: readonly string[]) => [...ids].sort().join('\n');
  const wanted = sorted(licenseTexts);
  const judge = (variant: RecordVariant) => {
    const own = extractedLicense(make(variant).license)?.licenseId;
    const syft = [...new Set([...(own === undefined ? [] : [own]), ...foundLicenses])];
    const further = {
      melange: [],
      appended: syft,
      united: syft.filter((id) => !melange.includes(id)),
    }[variant.licenseTexts];
    return sorted([...melange, ...further]) === wanted;
  };
  return remembered(judge, ({ license, licenseTexts: answer }) => `${license} ${answer}`);
}

/** A judgement that is made only once for variants between which it does not distinguish. */
function remembered(
  judge: (variant: RecordVariant) => boolean,
  keyOf: (variant: RecordVariant) => string,
): (variant: RecordVariant) => boolean {
  const known = new Map<string, boolean>();
  return (variant) => {
    const key = keyOf(variant);
    const judged = known.get(key) ?? judge(variant);
    known.set(key, judged);
    return judged;
  };
}
