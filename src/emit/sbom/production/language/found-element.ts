/** An element of a language as syft's model makes it of a record: id, order of members, texts. */
import { compareBytes } from '../../../../bytes.ts';
import { noAssertion } from '../../document.ts';
import type { FoundPackage } from '../found-packages.ts';
import { type Hash64, type HashGeneration, hashDigits } from '../hash.ts';
import { type DeclaredLicense, extractedLicense, printedLicense } from '../license.ts';
import type { LibraryExtractedLicense, LibraryPackage } from '../production-document.ts';
import { cpeReference, libraryId } from '../production-elements.ts';
import { hashPackage } from '../syft-record.ts';
import { guessLanguageCpes, type MakerHint } from './guesses.ts';

/** The parts of what one reader found that enter the element. */
export interface LanguageRecord {
  readonly name: string;
  readonly version: string;
  readonly type: keyof typeof evidence;
  /** Without a leading slash; that of the main evidence first. */
  readonly locations: readonly string[];
  readonly licenses: readonly DeclaredLicense[];
  readonly metadata: Hash64;
  readonly purl: string;
  /** Those that wolfictl's lists or NVD's dictionary have; no form guesses beside them. */
  readonly cpes: readonly string[];
  /** Who may have made it, for forms that guess CPEs. */
  readonly makers: readonly MakerHint[];
  /** What is guessed, where that follows from no rule for all packages. */
  readonly guessed?: readonly string[];
  /** `NAME (MAIL)`; undefined where it names nobody. */
  readonly person?: string | undefined;
  /** Hex digits. */
  readonly sha256?: string | undefined;
  /** Empty where it is not given. */
  readonly homepage?: string;
  readonly description?: string;
  readonly downloadLocation?: string;
}

/** What of a form enters the elements of languages. */
export interface ElementForm {
  readonly generation: HashGeneration;
  readonly guessesCpes: boolean;
  /** What paths begin with. */
  readonly root: '' | '/';
}

/** The version of a record without one: it gets this before it is hashed (syft internal/task/package_tasks.go, compliance). */
export const unknownVersion = 'UNKNOWN';

const evidence = {
  'go-module': 'go module information',
  python: 'installed python package manifest file',
  gem: 'installed gem metadata file',
  npm: 'installed node module manifest file',
} as const;

export function foundPackage(record: LanguageRecord, form: ElementForm): FoundPackage {
  const { name, version, type, metadata } = record;
  const locations = record.locations.map((path) => form.root + path);
  const licenses = distinctLicenses(record);
  const declared = licenses.map((license) => ({ ...license, type: 'declared' }));
  const id = hashDigits(
    hashPackage({
      name,
      version,
      locations,
      licenses: declared,
      type,
      metadata,
      generation: form.generation,
    }),
  );
  const purl = { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: record.purl };
  const person = record.person === undefined ? undefined : `Person: ${record.person}`;
  const { sha256, homepage = '', description = '' } = record;
  const element: LibraryPackage = {
    name,
    SPDXID: libraryId(`SPDXRef-Package-${type}-${name}-${id}`),
    versionInfo: version,
    supplier: person ?? 'Organization: chainguard',
    ...(person === undefined ? {} : { originator: person }),
    downloadLocation: record.downloadLocation ?? noAssertion,
    filesAnalyzed: false,
    ...(sha256 === undefined ? {} : { checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }] }),
    ...(homepage === '' ? {} : { homepage }),
    sourceInfo: `acquired package info from ${evidence[type]}: ${locations.join(', ')}`,
    licenseConcluded: noAssertion,
    licenseDeclared: licenses.length === 0 ? noAssertion : licenses.map(printedLicense).join(' AND '),
    copyrightText: noAssertion,
    ...(description === '' ? {} : { description }),
    externalRefs: [...cpesOf(record, form).map(cpeReference), purl],
  };
  return { element, type, location: locations[0]! };
}

/** Nobody guesses beside what is known. */
function cpesOf(record: LanguageRecord, { guessesCpes }: ElementForm): readonly string[] {
  if (record.cpes.length > 0 || !guessesCpes) return record.cpes;
  // Guesses are made before a package without a version gets a word for it.
  const version = record.version === unknownVersion ? '' : record.version;
  return record.guessed ?? guessLanguageCpes({ ...record, version });
}

/** The licences, each once, in the order of their texts. */
function distinctLicenses({ licenses }: LanguageRecord): DeclaredLicense[] {
  const distinct = new Map(licenses.map((license) => [`${license.value}\n${license.expression}`, license]));
  return [...distinct].sort(([a], [b]) => compareBytes(a, b)).map(([, license]) => license);
}

/** The extracted licences of records, unsorted: the writer of a document sorts them. */
export function extractedOf(records: readonly LanguageRecord[]): LibraryExtractedLicense[] {
  return records
    .flatMap(({ licenses }) => licenses.map(extractedLicense))
    .filter((each) => each !== undefined);
}
