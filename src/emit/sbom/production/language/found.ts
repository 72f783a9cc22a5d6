/** An element of a language as syft's model makes it of a record: id, order of members, texts. */
import { noAssertion } from '../../document.ts';
import type { LibraryExtractedLicense, LibraryPackage } from '../document.ts';
import { cpeReference, libraryId } from '../elements.ts';
import { type Hash64, type HashGeneration, hashDigits } from '../hash.ts';
import { type DeclaredLicense, extractedLicense, printedLicense } from '../license.ts';
import { hashPackage } from '../record.ts';
import type { FoundPackage } from '../syft.ts';

/** What one reader found, as far as it enters the element. */
export interface LanguageRecord {
  readonly name: string;
  readonly version: string;
  readonly type: 'go-module' | 'python';
  /** Without a leading slash; that of the main evidence first. */
  readonly locations: readonly string[];
  readonly license: DeclaredLicense | undefined;
  readonly metadata: Hash64;
  readonly purl: string;
  readonly cpes: readonly string[];
  /** `Person: NAME (MAIL)`; undefined where it names nobody. */
  readonly person?: string | undefined;
  /** Hex digits. */
  readonly sha256?: string | undefined;
}

const evidence: Readonly<Record<LanguageRecord['type'], string>> = {
  'go-module': 'go module information',
  python: 'installed python package manifest file',
};

export function foundPackage(record: LanguageRecord, generation: HashGeneration): FoundPackage {
  const { name, version, type, locations, license, metadata } = record;
  const licenses = license === undefined ? [] : [{ ...license, type: 'declared' }];
  const id = hashDigits(hashPackage({ name, version, locations, licenses, type, metadata, generation }));
  const purl = { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: record.purl };
  const element: LibraryPackage = {
    name,
    SPDXID: libraryId(`SPDXRef-Package-${type}-${name}-${id}`),
    versionInfo: version,
    supplier: record.person ?? 'Organization: chainguard',
    ...(record.person === undefined ? {} : { originator: record.person }),
    downloadLocation: noAssertion,
    filesAnalyzed: false,
    ...(record.sha256 === undefined
      ? {}
      : { checksums: [{ algorithm: 'SHA256', checksumValue: record.sha256 }] }),
    sourceInfo: `acquired package info from ${evidence[type]}: ${locations.join(', ')}`,
    licenseConcluded: noAssertion,
    licenseDeclared: printedLicense(license),
    copyrightText: noAssertion,
    externalRefs: [...record.cpes.map(cpeReference), purl],
  };
  return { element, type, location: locations[0]! };
}

export function extractedOf(records: readonly LanguageRecord[]): LibraryExtractedLicense[] {
  return records.map(({ license }) => extractedLicense(license)).filter((each) => each !== undefined);
}
