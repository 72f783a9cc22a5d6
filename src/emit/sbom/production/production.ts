/**
 * The SBOM of Wolfi's production builder: melange's document, read and written again by the SPDX library, with syft's
 * document of the package appended (docs/production-sbom.md).
 */
import { compareBytes, encodeBytes } from '../../../bytes.ts';
import { fullVersion } from '../../../claim/recipe/recipe.ts';
import { formOf, type RecordVariant } from '../../../claim/traits/record-variant.ts';
import { effectiveNamespace, packageName } from '../elements.ts';
import { fnv1a128 } from '../fnv.ts';
import { goJson } from '../go-json.ts';
import type { DocumentInput } from '../input.ts';
import { melangeDocument } from '../melange-sbom.ts';
import { recordCpes, syftRecord } from './apk-record.ts';
import { compareFound, type FoundPackage, type Scan } from './found-packages.ts';
import { extractedLicense } from './license.ts';
import {
  describes,
  type LibraryDocument,
  type LibraryExtractedLicense,
  type LibraryPackage,
  type LibraryRelationship,
  readByLibrary,
} from './production-document.ts';
import { recordElement, rootElement } from './production-elements.ts';
import type { SyftRecord } from './syft-record.ts';
import type { TreePaths } from './tree-paths.ts';

/** What production's document is made of besides melange's. */
export interface ProductionInput {
  readonly variant: RecordVariant;
  /** The paths of the tree before the SBOM is written. */
  readonly paths: TreePaths;
  /** What a scan of the tree found besides the package. */
  readonly scan: Scan;
}

/** The bytes of production's SBOM. Fails as `emitMelangeSbom` does. */
export function emitProductionSbom(input: DocumentInput, production: ProductionInput): Uint8Array {
  return encodeBytes(goJson(productionDocument(input, production)));
}

/** The document as a value. */
export function productionDocument(input: DocumentInput, production: ProductionInput): LibraryDocument {
  const subject = { ...input, name: packageName(input) };
  const { variant, scan } = production;
  const { hashGeneration: generation, root: attachment } = formOf(variant);
  const record = syftRecord(subject, production.paths, variant);
  const cpes = recordCpes(subject, record, variant);
  const apk = {
    element: recordElement(record, { cpes, namespace: input.namespace, generation }),
    type: 'apk',
    location: record.location,
  };
  const scanned = insertInOrder(apk, scan.found).map(({ element }) => element);
  const root = rootElement(record);
  const melange = melangeDocument(input);
  const document = readByLibrary(melange);
  return {
    ...document,
    ...headOf(document, input, variant),
    packages: [...document.packages, ...scanned, root],
    hasExtractedLicensingInfos: joinExtracted(
      document.hasExtractedLicensingInfos ?? [],
      syftExtracted(record, scan),
      variant.licenseTexts,
    ),
    relationships: [
      ...document.relationships,
      ...byId(scan.found).map(({ SPDXID }) => contains(apk.element.SPDXID, SPDXID)),
      ...scanned.map(({ SPDXID }) => contains(root.SPDXID, SPDXID)),
      attachment === 'described-by-document'
        ? describes(root.SPDXID)
        : contains(melange.documentDescribes[0]!, root.SPDXID),
    ],
  };
}

/** Relates the package to what was found in it, in the order of the hashes of the records (seen in 69 public elements). */
function byId(found: readonly FoundPackage[]): LibraryPackage[] {
  const digits = ({ SPDXID }: LibraryPackage) => SPDXID.slice(-16);
  return found.map(({ element }) => element).sort((a, b) => compareBytes(digits(a), digits(b)));
}

type Head = Pick<LibraryDocument, 'documentNamespace' | 'creationInfo'>;

/**
 * The head of a document. chainguard-build puts its own name in the place of melange's and names its documents after the package as
 * well, as wolfi-baselayout 20230201-r30 shows.
 */
function headOf(document: LibraryDocument, input: DocumentInput, { head }: RecordVariant): Head {
  const { documentNamespace, creationInfo } = document;
  if (head === 'melange') return { documentNamespace, creationInfo };
  const [, ...others] = creationInfo.creators;
  const namespace = effectiveNamespace(input.namespace);
  const text = `apk-${namespace}-${packageName(input)}-${fullVersion(input.recipe)}`;
  return {
    documentNamespace: `https://spdx.org/spdxdocs/chainguard/build/${fnv1a128(encodeBytes(text))}`,
    creationInfo: {
      ...creationInfo,
      creators: [`Tool: chainguard-build (${input.toolVersion})`, ...others],
    },
  };
}

function contains(whole: string, part: string): LibraryRelationship {
  return { spdxElementId: whole, relatedSpdxElement: part, relationshipType: 'CONTAINS' };
}

/** The extracted licences of the package and of what was found in it, each once, sorted by id. */
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

function insertInOrder(own: FoundPackage, found: readonly FoundPackage[]): FoundPackage[] {
  const at = found.findIndex((each) => compareFound(own, each) < 0);
  return at < 0 ? [...found, own] : [...found.slice(0, at), own, ...found.slice(at)];
}
