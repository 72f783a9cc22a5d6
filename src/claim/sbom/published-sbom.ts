/**
 * The SBOM of a published package: what it says, and which program wrote it. Attacker-controlled: a document that
 * cannot be used gives a value that says so, odd members are ignored, nothing is thrown.
 */
import {
  isJsonObject,
  type JsonFault,
  type JsonObject,
  listMember,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../../formats/bounded-json.ts';

/** Who wrote a document, by its shape: open melange, or the closed builder that adds syft's record to melange's. */
export type SbomGeneratorKind = 'melange' | 'production' | 'unknown';

export type PublishedSbom = ReadableSbom | UnreadableSbom;

export interface UnreadableSbom {
  readonly kind: 'unreadable';
  readonly why: JsonFault | 'not-a-document';
}

export interface ReadableSbom {
  readonly kind: 'readable';
  readonly generator: SbomGeneratorKind;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly created: string | undefined;
  readonly creators: readonly string[];
  /** Every element, in order. */
  readonly elements: readonly SbomElement[];
  readonly operatingSystem: SbomElement | undefined;
  /** The package itself, in melange's words. */
  readonly apk: SbomElement | undefined;
  /** The recipe's file: its name is the path, its version the commit. */
  readonly recipe: SbomElement | undefined;
  readonly sources: readonly SbomElement[];
  readonly extractedLicenses: readonly ExtractedLicense[];
  /** How the directory that syft scanned is related to the rest; undefined where no relationship, or one of a different kind, says so. */
  readonly rootAttachment: 'described-by-document' | 'contained-in-package' | undefined;
}

export interface SbomElement {
  readonly id: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly license: string | undefined;
  readonly downloadLocation: string | undefined;
  readonly supplier: string | undefined;
  readonly purpose: string | undefined;
  readonly copyright: string | undefined;
  /** Where syft found what it describes; melange writes none. */
  readonly sourceInfo: string | undefined;
  readonly checksums: readonly { readonly algorithm: string; readonly value: string }[];
  /** Package URLs, verbatim. */
  readonly purls: readonly string[];
  readonly cpes: readonly string[];
}

export interface ExtractedLicense {
  readonly id: string;
  readonly text: string;
}

/** Reads the file. The limits are 64 MiB, 32 levels and two million values. */
export function parseSbom(bytes: Uint8Array): PublishedSbom {
  const json = parseBoundedJson(bytes);
  if ('fault' in json) return { kind: 'unreadable', why: json.fault };
  const document = json.value;
  if (!isJsonObject(document) || textMember(document, 'spdxVersion') === undefined) {
    return { kind: 'unreadable', why: 'not-a-document' };
  }
  const creation = objectMember(document, 'creationInfo') ?? {};
  const elements = listMember(document, 'packages').filter(isJsonObject).flatMap(parseElement);
  const generator = generatorOf(document, elements);
  const roles = rolesOf(document, elements, generator);
  return {
    kind: 'readable',
    generator,
    name: textMember(document, 'name'),
    namespace: textMember(document, 'documentNamespace'),
    created: textMember(creation, 'created'),
    creators: texts(listMember(creation, 'creators')),
    elements,
    ...roles,
    extractedLicenses: listMember(document, 'hasExtractedLicensingInfos')
      .filter(isJsonObject)
      .flatMap(parseExtractedLicense),
    rootAttachment: rootAttachmentOf(document, roles.apk),
  };
}

function rootAttachmentOf(
  document: JsonObject,
  apk: SbomElement | undefined,
): ReadableSbom['rootAttachment'] {
  const kinds = listMember(document, 'relationships')
    .filter(isJsonObject)
    .filter(
      (relationship) => textMember(relationship, 'relatedSpdxElement')?.startsWith(documentRoot) === true,
    )
    .map(
      (relationship) =>
        `${textMember(relationship, 'spdxElementId')} ${textMember(relationship, 'relationshipType')}`,
    );
  if (kinds.includes('SPDXRef-DOCUMENT DESCRIBES')) return 'described-by-document';
  return apk !== undefined && kinds.includes(`${apk.id} CONTAINS`) ? 'contained-in-package' : undefined;
}

function parseElement(element: JsonObject): SbomElement[] {
  const text = (key: string) => textMember(element, key);
  const id = text('SPDXID');
  if (id === undefined) return [];
  const references = listMember(element, 'externalRefs').filter(isJsonObject);
  const locators = (type: string) =>
    texts(
      references
        .filter((reference) => textMember(reference, 'referenceType') === type)
        .map((reference) => textMember(reference, 'referenceLocator')),
    );
  return [
    {
      id,
      name: text('name'),
      version: text('versionInfo'),
      license: text('licenseDeclared'),
      downloadLocation: text('downloadLocation'),
      supplier: text('supplier'),
      purpose: text('primaryPackagePurpose'),
      copyright: text('copyrightText'),
      sourceInfo: text('sourceInfo'),
      checksums: listMember(element, 'checksums').filter(isJsonObject).flatMap(parseChecksum),
      purls: locators('purl'),
      cpes: locators('cpe23Type'),
    },
  ];
}

function parseChecksum(checksum: JsonObject): { algorithm: string; value: string }[] {
  const algorithm = textMember(checksum, 'algorithm');
  const value = textMember(checksum, 'checksumValue');
  return algorithm === undefined || value === undefined ? [] : [{ algorithm, value }];
}

function parseExtractedLicense(license: JsonObject): ExtractedLicense[] {
  const id = textMember(license, 'licenseId');
  const text = textMember(license, 'extractedText');
  return id === undefined || text === undefined ? [] : [{ id, text }];
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

/** Top-level keys as apko's struct and as the SPDX Go library order them. */
const melangeKeys =
  'SPDXID name spdxVersion creationInfo dataLicense documentNamespace documentDescribes packages relationships';
const libraryKeys = 'spdxVersion dataLicense SPDXID name documentNamespace creationInfo packages';
const documentRoot = 'SPDXRef-DocumentRoot-';

function generatorOf(document: JsonObject, elements: readonly SbomElement[]): SbomGeneratorKind {
  const keys = Object.keys(document).join(' ');
  if (keys === melangeKeys || keys === `${melangeKeys} hasExtractedLicensingInfos`) return 'melange';
  const catalogued =
    elements.some(({ id }) => id.startsWith(documentRoot)) &&
    elements.some(({ sourceInfo }) => sourceInfo !== undefined);
  return keys.startsWith(`${libraryKeys} `) && catalogued ? 'production' : 'unknown';
}

type Roles = Pick<ReadableSbom, 'operatingSystem' | 'apk' | 'recipe' | 'sources'>;

/**
 * The elements by their relationship to the package that the document describes. In a document of a known shape that lacks a
 * relationship, the package and the recipe's file are also recognised by their purpose, so that the defect can be shown.
 */
function rolesOf(
  document: JsonObject,
  elements: readonly SbomElement[],
  generator: SbomGeneratorKind,
): Roles {
  const byId = new Map([...elements].reverse().map((element) => [element.id, element]));
  const relationships = listMember(document, 'relationships').filter(isJsonObject);
  const related = (from: string | undefined, type: string) =>
    relationships
      .filter((relationship) => textMember(relationship, 'spdxElementId') === from)
      .filter((relationship) => textMember(relationship, 'relationshipType') === type)
      .map((relationship) => byId.get(textMember(relationship, 'relatedSpdxElement') ?? ''))
      .filter((element) => element !== undefined);
  const described = texts(listMember(document, 'documentDescribes')).map((id) => byId.get(id));
  const isFor = (purpose: string, purl: string) => (element: SbomElement) =>
    element.purpose === purpose &&
    element.sourceInfo === undefined &&
    element.purls.some((each) => each.startsWith(purl));
  const known = generator === 'unknown' ? [] : elements;
  const apk =
    [...described, ...related('SPDXRef-DOCUMENT', 'DESCRIBES')].find(
      (element) => element !== undefined && !element.id.startsWith(documentRoot),
    ) ?? known.find(isFor('APPLICATION', 'pkg:apk/'));
  return {
    operatingSystem: byId.get('SPDXRef-OperatingSystem'),
    apk,
    recipe:
      (apk === undefined ? undefined : related(apk.id, 'DESCRIBED_BY')[0]) ??
      known.find(isFor('INSTALL', 'pkg:github/')),
    sources: apk === undefined ? [] : related(apk.id, 'GENERATED_FROM'),
  };
}
