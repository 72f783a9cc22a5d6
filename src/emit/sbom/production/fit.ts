/** Which of the known variants give what a published record says: the published document is the oracle. */
import { type RecordFit, type RecordVariant, recordVariants } from '../../../claim/traits/record-variant.ts';
import { distinctRecords, recordCpes, recordKey, recordMaker } from './apk-record.ts';
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
  for (const paths of published.pathLists) {
    const sameId = variantsWithId(published, treePaths(paths));
    if (sameId.length === 0) continue;
    const both = sameId.filter(hasCpes);
    if (both.length > 0) return { fit: 'id-and-cpes', variants: both, paths };
    return { fit: 'id', variants: sameId, paths };
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

/** Whether a variant gives the published CPEs; lists that come out alike are made once. */
function cpeJudge({ subject, cpes }: PublishedRecord): (variant: RecordVariant) => boolean {
  const published = cpes.join('\n');
  const known = new Map<string, boolean>();
  const make = recordMaker(subject, treePaths([]));
  return (variant) => {
    const key = [variant.url, variant.cpe, variant.originTable].join();
    const judged = known.get(key) ?? recordCpes(subject, make(variant), variant).join('\n') === published;
    known.set(key, judged);
    return judged;
  };
}
