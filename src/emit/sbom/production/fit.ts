/** Which of the known variants give what a published record says: the published document is the oracle. */
import { recordCpes, type RecordSubject, syftRecord } from './apk-record.ts';
import { type TreePaths, treePaths } from './paths.ts';
import type { PublishedRecord } from './published.ts';
import { recordId } from './record.ts';
import { type RecordVariant, recordVariants } from './variant.ts';

/** How much of a published record the best variants give: the id and the CPEs, the id alone, or nothing. */
export type FitLevel = 'id-and-cpes' | 'id' | 'none';

export interface RecordFit {
  readonly level: FitLevel;
  /** The variants of that level, in the order of the list; none of `none`. */
  readonly variants: readonly RecordVariant[];
  /** Paths with which they give the id. */
  readonly paths: readonly string[] | undefined;
}

/** Tries every variant, and nothing else, on every list of paths that the tree can have had. */
export function fitRecord(published: PublishedRecord): RecordFit {
  for (const paths of published.pathLists) {
    const ids = variantIds(published.subject, treePaths(paths));
    const sameId = recordVariants.filter((_, index) => ids[index] === published.id);
    if (sameId.length === 0) continue;
    const both = sameId.filter((variant) => hasCpes(published, variant));
    if (both.length > 0) return { level: 'id-and-cpes', variants: both, paths };
    return { level: 'id', variants: sameId, paths };
  }
  return { level: 'none', variants: [], paths: undefined };
}

/** The id that each variant gives; records that come out alike are hashed once. */
export function variantIds(subject: RecordSubject, paths: TreePaths): string[] {
  const known = new Map<string, string>();
  return recordVariants.map((variant) => {
    const record = syftRecord(subject, paths, variant);
    const key = JSON.stringify(record);
    const id = known.get(key) ?? recordId(record);
    known.set(key, id);
    return id;
  });
}

function hasCpes({ subject, cpes }: PublishedRecord, variant: RecordVariant): boolean {
  const record = syftRecord(subject, treePaths([]), variant);
  const expected = recordCpes(subject, record, variant);
  return expected.length === cpes.length && expected.every((cpe, index) => cpe === cpes[index]);
}
