/** Which of the known variants give what a published record says: the published document is the oracle. */
import { type RecordFit, type RecordVariant, recordVariants } from '../../../claim/traits/record-variant.ts';
import { extractedIds } from '../licenses.ts';
import { distinctRecords, recordCpes, recordKey, recordMaker } from './apk-record.ts';
import { extractedLicense } from './license.ts';
import { type TreePaths, treePaths } from './paths.ts';
import type { PublishedRecord } from './published.ts';
import { recordId } from './record.ts';

export interface FittingVariants {
  readonly fit: RecordFit;
  /** The variants that fit so well, in the order of the list. */
  readonly variants: readonly RecordVariant[];
  /** Paths with which they give the id; undefined where none does. */
  readonly paths: readonly string[] | undefined;
}

/** Tries every variant, and nothing else, on every list of paths that the tree can have had. */
export function fitRecord(published: PublishedRecord): FittingVariants {
  const hasCpes = cpeJudge(published);
  const hasTexts = textsJudge(published);
  for (const paths of published.pathLists) {
    const sameId = variantsWithId(published, treePaths(paths));
    if (sameId.length === 0) continue;
    const both = sameId.filter(hasCpes);
    const [fit, fitting] = both.length > 0 ? (['id-and-cpes', both] as const) : (['id', sameId] as const);
    const withTexts = fitting.filter(hasTexts);
    // What the list of licence texts says beyond the answers is a difference of the SBOM like any other.
    return { fit, variants: withTexts.length > 0 ? withTexts : fitting, paths };
  }
  return { fit: 'none', variants: [], paths: undefined };
}

/** The variants whose record has the published id. */
function variantsWithId({ subject, id }: PublishedRecord, paths: TreePaths): RecordVariant[] {
  const fitting = new Set(
    distinctRecords(subject, paths)
      .filter(({ record }) => recordId(record) === id)
      .map(({ record }) => recordKey(record)),
  );
  if (fitting.size === 0) return [];
  const make = recordMaker(subject, paths);
  return recordVariants.filter((variant) => fitting.has(recordKey(make(variant))));
}

/** Whether a variant gives the published CPEs. */
function cpeJudge({ subject, cpes }: PublishedRecord): (variant: RecordVariant) => boolean {
  const published = cpes.join('\n');
  const make = recordMaker(subject, treePaths([]));
  const judge = (variant: RecordVariant) =>
    recordCpes(subject, make(variant), variant).join('\n') === published;
  return remembered(judge, ({ url, cpe, originTable }) => [url, cpe, originTable].join());
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

/** The same judgement, made once for variants that it cannot tell apart. */
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
