/** Comparisons that `diff` saved as JSON or JSON lines, decoded into strict types. */
import { canonicalJson } from '../../canonical.ts';
import { Failure } from '../../failure.ts';
import { isJsonObject } from '../../formats/bounded-json.ts';
import { diffValue } from '../json-report.ts';
import { comparisonSchema, comparisonsSchema, treeComparisonSchema } from '../result-schemas.ts';
import type { StatedDiff } from '../stated-diff.ts';
import { count, type Decoder, digest, flag, list, members, optional, refuse, text } from './decoder.ts';
import { comparison, listedDifferences, sbomState } from './saved-comparison.ts';
import { decodedRun } from './saved-run.ts';
import type { SavedRun } from './saved-runs.ts';
import { savedValues } from './saved-values.ts';

/** What a file holds: results of `verify`, or comparisons of `diff`. */
export type Saved =
  | { readonly kind: 'run'; readonly run: SavedRun }
  | { readonly kind: 'diffs'; readonly diffs: readonly StatedDiff[] };

/** The most comparisons of one report. */
const mostDiffs = 10_000;

/** One file of saved results. Fails with `usage` where it is not one that this version writes. */
export function parseSaved(bytes: Uint8Array): Saved {
  const values = savedValues(bytes);
  return isDiff(values[0])
    ? {
        kind: 'diffs',
        diffs: values.flatMap((value, at) => diffsOf(value, values.length > 1 ? `line ${at + 1}` : '')),
      }
    : { kind: 'run', run: decodedRun(values) };
}

const schemaOf = (value: unknown) => (isJsonObject(value) ? value['schema'] : undefined);
const isDiff = (value: unknown) =>
  [comparisonSchema, treeComparisonSchema, comparisonsSchema].some((schema) => schema === schemaOf(value));

function diffsOf(value: unknown, place: string): readonly StatedDiff[] {
  if (isJsonObject(value) && schemaOf(value) === comparisonsSchema)
    return list(oneDiff)(value['comparisons'], 'comparisons');
  return [oneDiff(value, place)];
}

const sides = members<{ published: string; rebuilt: string }>({ published: text, rebuilt: text });

const oneDiff: Decoder<StatedDiff> = (value, place) => {
  const at = (key: string) => (place === '' ? key : `${place}.${key}`);
  if (!isJsonObject(value)) return refuse(place, 'an object');
  // Results of older versions do not name their sides.
  const names = optional(sides)(value['names'], at('names')) ?? {
    published: 'published',
    rebuilt: 'rebuilt',
  };
  const equal = flag(value['equal'], at('equal'));
  switch (value['schema']) {
    case treeComparisonSchema:
      return { ...names, kind: 'trees', comparison: treeOf(value, place, equal) };
    case comparisonSchema:
      return { ...names, kind: 'packages', comparison: equal ? same(value, place) : unequal(value, place) };
    default:
      return refuse(at('schema'), `${comparisonSchema} or ${treeComparisonSchema}`);
  }
};

function treeOf(value: object, place: string, equal: boolean) {
  const { differences, unlisted } = listedDifferences(value, place);
  if (
    equal !== (differences.length + unlisted === 0) ||
    differences.some(({ section }) => section !== 'files')
  )
    return refuse(place, equal ? 'no difference where the sides are equal' : 'a difference, each of files');
  const list = unlisted === 0 ? { differences } : { differences, unlisted };
  return {
    section: 'files' as const,
    likeness: equal ? ('identical' as const) : ('different' as const),
    ...list,
  };
}

function same(value: object, place: string) {
  const { sha256, size, sbom } = members<{
    sha256: ReturnType<typeof digest>;
    size: number;
    sbom: ReturnType<typeof sbomState>;
  }>({
    sha256: digest,
    size: count,
    sbom: sbomState,
  })(value, place);
  return { files: { equal: true as const, proof: { sha256, size } }, sbom };
}

function unequal(value: object, place: string) {
  const { sbom } = members<{ sbom: ReturnType<typeof sbomState> }>({ sbom: sbomState })(value, place);
  const found = comparison(sbom)(value, place);
  const { published, rebuilt } = found.files;
  return published.sha256 === rebuilt.sha256 ? refuse(place, 'two digests where the sides differ') : found;
}

/** Comparisons of several files as one list, in the order given; what two files state in the same words is there once. Fails with `usage` for too many. */
export function mergeSavedDiffs(saved: readonly (readonly StatedDiff[])[]): readonly StatedDiff[] {
  const seen = new Set<string>();
  const all = saved.flat().filter((each) => {
    const key = canonicalJson(diffValue(each, {}));
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  if (all.length <= mostDiffs) return all;
  throw new Failure('usage', `a report has at most ${mostDiffs} comparisons`, { got: String(all.length) });
}
