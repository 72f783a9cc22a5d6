/**
 * A witness that needs no rebuild: the id in production's SBOM is a hash over the complete list of paths that were there
 * when the SBOM was made, so it shows whether the data section still has exactly these, and which paths differ.
 */
import type { Apk } from '../../apk/apk.ts';
import { decodeBytes } from '../../bytes.ts';
import type { Claim } from '../../claim/claim.ts';
import { sbomEntryOf } from '../../claim/sbom/sbom-entry.ts';
import { claimsUnderNeighbours } from '../../claim/traits/neighbours.ts';
import type { RecordVariant } from '../../claim/traits/record-variant.ts';
import { sameButForIds } from '../../compare/sbom-ids.ts';
import { distinctRecords, type VariantRecord } from '../../emit/sbom/production/apk-record.ts';
import { emptyScan } from '../../emit/sbom/production/found-packages.ts';
import { type Hash64, hashText, parseDigits, xor } from '../../emit/sbom/production/hash.ts';
import { emitProductionSbom } from '../../emit/sbom/production/production.ts';
import {
  apkParts,
  metadataFields,
  metadataType,
  packageFields,
} from '../../emit/sbom/production/syft-record.ts';
import { joinFiles, treePaths } from '../../emit/sbom/production/tree-paths.ts';
import { Failure } from '../../failure.ts';
import { claimedSbomInput } from '../claimed-sbom.ts';
import { type FittingVariants, fitRecord } from './fit.ts';
import { beforeFinish, lastValues } from './inverse.ts';
import { guessPaths } from './path-guesses.ts';
import { explainPaths, type PathChange } from './path-search.ts';
import { type PublishedRecord, publishedRecord } from './published.ts';

export type PathWitness =
  | {
      /** The published paths give the recorded id: none was added or removed since. */
      readonly state: 'paths-match';
      readonly id: string;
      /** The number of paths for which the SBOM vouches, without the root. */
      readonly paths: number;
    }
  | ({
      /** A known form gives the whole document except the id, and with these paths added and removed it gives the id as well. */
      readonly state: 'paths-differ';
      readonly id: string;
      /** The path that was added afterwards with everything below it, where that is the whole change. */
      readonly added: string | undefined;
    } & PathChange)
  | {
      /** The SBOM was made by a generator or from a record that this version does not know: the id shows nothing about the paths. */
      readonly state: 'unknown';
      readonly id: string;
    }
  /** The SBOM is not production's, or has no record. */
  | { readonly state: 'no-record' };

/** What the SBOM of a package shows about the package's paths. */
export function witnessPaths(apk: Apk, claim: Claim): PathWitness {
  const published = publishedRecord(apk, claim);
  if (published === undefined) return { state: 'no-record' };
  const { id } = published;
  for (const { fitting } of readings(apk, claim)) {
    if (fitting.paths !== undefined) return { state: 'paths-match', id, paths: fitting.paths.length };
  }
  const writing = { left: mostWritten };
  for (const reading of readings(apk, claim)) {
    const change = changedPaths(apk, reading, writing);
    if (change !== undefined) return { state: 'paths-differ', id, added: addedPath(change), ...change };
  }
  return { state: 'unknown', id };
}

function addedPath({ surplus, missing }: PathChange): string | undefined {
  const [first] = [...surplus].sort();
  const one = missing.length === 0 && surplus.every((path) => path === first || path.startsWith(`${first}/`));
  return one ? first : undefined;
}

/** A record under the rules of one version. */
interface Reading {
  readonly claim: Claim;
  readonly published: PublishedRecord;
  readonly fitting: FittingVariants;
}

function* readings(apk: Apk, claim: Claim): Generator<Reading> {
  for (const under of claimsUnderNeighbours(apk, claim)) {
    const published = publishedRecord(apk, under)!;
    yield { claim: under, published, fitting: fitRecord(published) };
  }
}

/** The paths that were added and removed, where a form gives everything but the id and these paths give the id. */
function changedPaths(apk: Apk, reading: Reading, writing: Writing): PathChange | undefined {
  const { subject, pathLists, id } = reading.published;
  const variants = variantsButForId(apk, reading, writing);
  if (variants.length === 0) return undefined;
  // Any list that is not empty: the list is the only unknown value of the record.
  const records = distinctRecords(subject, treePaths(['any']), variants);
  const recorded = records.flatMap((each) => recordedFiles(each, id));
  const recipe = decodeBytes(reading.claim.recipeBytes);
  for (const [at, paths] of pathLists.entries()) {
    const had = joinFiles(treePaths(paths), 'root');
    const needed = recorded.map((files) => xor(files, had));
    // Guessing costs the most, so it is done only for the likeliest tree.
    const change = explainPaths(needed, paths, () => (at === 0 ? guessPaths(paths, recipe) : []));
    if (change !== undefined) return change;
  }
  return undefined;
}

/** The bytes of documents that are written for one package before the search is given up: some thousands of usual documents. */
const mostWritten = 32 * 1024 * 1024;

interface Writing {
  left: number;
}

/** The variants that give the whole document except the id of the record. */
function variantsButForId(apk: Apk, { claim, fitting }: Reading, writing: Writing): readonly RecordVariant[] {
  const content = sbomEntryOf(apk)?.content;
  if (content === undefined) return [];
  const input = claimedSbomInput(claim);
  const known = new Map<string, boolean>();
  const isSame = sameButForIds(content);
  const written = (variant: RecordVariant): boolean => {
    if (writing.left <= 0) return false;
    const document = emitProductionSbom(input, { variant, paths: treePaths(['any']), scan: emptyScan });
    writing.left -= document.length;
    return isSame(document);
  };
  const gives = (variant: RecordVariant): boolean => {
    // These answers show in a document only through the id.
    const { dependencies, provides, emptyTree, ...shown } = variant;
    const key = Object.values(shown).join();
    const given = known.get(key) ?? written(variant);
    known.set(key, given);
    return given;
  };
  try {
    return fitting.variants.filter(gives);
  } catch (failure) {
    // A document that cannot be written again fits no form.
    if (failure instanceof Failure && failure.class !== 'internal') return [];
    throw failure;
  }
}

/** Every list of files, joined, with which a record has this id. */
function recordedFiles({ record, generation }: VariantRecord, id: string): Hash64[] {
  const whole = {
    type: 'Package',
    fields: packageFields(apkParts(record, generation)),
    last: hashText('Metadata'),
  };
  const metadata = {
    type: metadataType,
    fields: metadataFields(record, generation),
    last: hashText('Files'),
  };
  return lastValues(whole, parseDigits(id))
    .flatMap((hash) => lastValues(metadata, hash))
    .flatMap((hash) => beforeFinish(hash, generation));
}
