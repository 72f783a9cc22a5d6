/** syft's part of the document (syft v1.38.0 syft/format/common/spdxhelpers). */
import { noAssertion } from '../document.ts';
import { effectiveNamespace } from '../elements.ts';
import { purlText } from '../purl.ts';
import { parseRepositoryUrl } from '../url.ts';
import type { HashGeneration } from './hash.ts';
import { printedLicense } from './license.ts';
import type { LibraryPackage, LibraryReference } from './production-document.ts';
import { recordId, type SyftRecord } from './syft-record.ts';

const supplier = 'Organization: chainguard';

/** The values of an element that do not come from the record. */
export interface ElementContext {
  readonly cpes: readonly string[];
  readonly namespace: string;
  readonly generation: HashGeneration;
}

/** The package as syft records it. */
export function recordElement(
  record: SyftRecord,
  { cpes, namespace, generation }: ElementContext,
): LibraryPackage {
  return {
    name: record.name,
    SPDXID: libraryId(`SPDXRef-Package-apk-${record.name}-${recordId(record, generation)}`),
    versionInfo: record.version,
    supplier,
    downloadLocation: downloadLocation(record.url),
    filesAnalyzed: false,
    sourceInfo: `acquired package info from APK DB: ${record.location}`,
    licenseConcluded: noAssertion,
    licenseDeclared: printedLicense(record.license),
    copyrightText: noAssertion,
    description: record.description || undefined,
    externalRefs: [
      ...cpes.map(cpeReference),
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: purlOf(record, namespace),
      },
    ],
  };
}

export function cpeReference(cpe: string): LibraryReference {
  return { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: cpe };
}

/** The directory that was scanned. */
export function rootElement({ name, version }: SyftRecord): LibraryPackage {
  return {
    name,
    SPDXID: libraryId(`SPDXRef-DocumentRoot-Directory-${name}`),
    versionInfo: version,
    supplier,
    downloadLocation: noAssertion,
    filesAnalyzed: false,
    licenseConcluded: noAssertion,
    licenseDeclared: noAssertion,
    copyrightText: noAssertion,
    primaryPackagePurpose: 'FILE',
  };
}

/** An id as the library writes it: every character that SPDX does not allow becomes `-`, unlike in melange's ids. */
export function libraryId(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]/gu, '-');
}

function purlOf({ name, version, architecture, origin }: SyftRecord, namespace: string): string {
  const qualifiers = { arch: architecture, ...(origin === '' ? {} : { origin }) };
  // Names and versions of packages are written alike by every version of packageurl-go.
  return purlText(
    { type: 'apk', namespace: effectiveNamespace(namespace), name, version, qualifiers },
    '0.1.3',
  );
}

/** A url as Go's `url.ParseRequestURI` takes it: absolute, or a path. */
function downloadLocation(url: string): string {
  if (url.toLowerCase() === 'none') return 'NONE';
  const parsed = parseRepositoryUrl(url);
  const absolute = parsed !== undefined && (parsed.scheme !== '' || url.startsWith('/'));
  return absolute ? url : noAssertion;
}
