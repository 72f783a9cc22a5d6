/**
 * The SBOM of Wolfi's production builder: melange's document, read and written again by the SPDX library, with syft's
 * document of the package appended (docs/production-sbom.md).
 */
import { compareBytes, encodeBytes } from '../../../bytes.ts';
import type { RecordVariant } from '../../../claim/traits/record-variant.ts';
import { packageName } from '../elements.ts';
import type { SbomInput } from '../input.ts';
import { goJson } from '../json.ts';
import { melangeDocument } from '../melange.ts';
import { recordCpes, syftRecord } from './apk-record.ts';
import {
  describes,
  type LibraryDocument,
  type LibraryExtractedLicense,
  type LibraryRelationship,
  readByLibrary,
} from './document.ts';
import { recordElement, rootElement } from './elements.ts';
import { extractedLicense } from './license.ts';
import type { TreePaths } from './paths.ts';
import type { SyftRecord } from './record.ts';
import type { FoundPackage, Scan } from './syft.ts';

/** What production's document is made of besides melange's. */
export interface ProductionInput {
  readonly variant: RecordVariant;
  /** Of the tree before the SBOM is written. */
  readonly paths: TreePaths;
  /** What a scan of the tree found besides. */
  readonly scan: Scan;
}

/** The bytes of production's SBOM. Fails as `emitMelangeSbom` does. */
export function emitProductionSbom(input: SbomInput, production: ProductionInput): Uint8Array {
  return encodeBytes(goJson(productionDocument(input, production)));
}

/** The document as a value. */
export function productionDocument(input: SbomInput, production: ProductionInput): LibraryDocument {
  const subject = { ...input, name: packageName(input) };
  const record = syftRecord(subject, production.paths, production.variant);
  const cpes = recordCpes(subject, record, production.variant);
  const apk = {
    element: recordElement(record, cpes, input.namespace),
    type: 'apk',
    location: record.location,
  };
  const scanned = insertInOrder(apk, production.scan.found).map(({ element }) => element);
  const root = rootElement(record);
  const document = readByLibrary(melangeDocument(input));
  const contains = scanned.map(
    ({ SPDXID }): LibraryRelationship => ({
      spdxElementId: root.SPDXID,
      relatedSpdxElement: SPDXID,
      relationshipType: 'CONTAINS',
    }),
  );
  return {
    ...document,
    packages: [...document.packages, ...scanned, root],
    hasExtractedLicensingInfos: joinExtracted(
      document.hasExtractedLicensingInfos ?? [],
      syftExtracted(record, production.scan),
      production.variant.licenseTexts,
    ),
    relationships: [...document.relationships, ...contains, describes(root.SPDXID)],
  };
}

/** Of the package and of what was found in it, each once, by their ids. */
function syftExtracted({ license }: SyftRecord, { extracted }: Scan): LibraryExtractedLicense[] {
  const own = extractedLicense(license);
  const byId = new Map(
    [...(own === undefined ? [] : [own]), ...extracted].map((each) => [each.licenseId, each]),
  );
  return [...byId.values()].sort((a, b) => compareBytes(a.licenseId, b.licenseId));
}

/** The list is left out where it is empty. */
function joinExtracted(
  melange: readonly LibraryExtractedLicense[],
  syft: readonly LibraryExtractedLicense[],
  answer: RecordVariant['licenseTexts'],
): LibraryExtractedLicense[] | undefined {
  const known = new Set(melange.map(({ licenseId }) => licenseId));
  const further = {
    melange: [],
    appended: syft,
    united: syft.filter(({ licenseId }) => !known.has(licenseId)),
  }[answer];
  const joined = [...melange, ...further];
  return joined.length === 0 ? undefined : joined;
}

/** syft sorts by name, version, type and location. */
function insertInOrder(own: FoundPackage, found: readonly FoundPackage[]): FoundPackage[] {
  const at = found.findIndex((each) => compareFound(own, each) < 0);
  return at < 0 ? [...found, own] : [...found.slice(0, at), own, ...found.slice(at)];
}

function compareFound(a: FoundPackage, b: FoundPackage): number {
  const keys = ({ element, type, location }: FoundPackage) => [
    element.name,
    element.versionInfo ?? '',
    type,
    location,
  ];
  const others = keys(b);
  return (
    keys(a)
      .map((key, index) => compareBytes(key, others[index]!))
      .find((order) => order !== 0) ?? 0
  );
}
