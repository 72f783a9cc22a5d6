/** An SPDX 2.3 document with its keys as the SPDX library for Go orders them (spdx/tools-golang v0.5.7 spdx/v2/v2_3). */
import type { SpdxChecksum, SpdxDocument, SpdxPackage } from '../document.ts';
import { goJson } from '../go-json.ts';

export interface LibraryDocument {
  readonly spdxVersion: 'SPDX-2.3';
  readonly dataLicense: 'CC0-1.0';
  readonly SPDXID: 'SPDXRef-DOCUMENT';
  readonly name: string;
  readonly documentNamespace: string;
  readonly creationInfo: {
    readonly licenseListVersion: string;
    readonly creators: readonly string[];
    readonly created: string;
  };
  readonly packages: readonly LibraryPackage[];
  readonly hasExtractedLicensingInfos: readonly LibraryExtractedLicense[] | undefined;
  readonly relationships: readonly LibraryRelationship[];
}

/** Members that are undefined are not written. */
export interface LibraryPackage {
  readonly name: string;
  readonly SPDXID: string;
  readonly versionInfo?: string | undefined;
  readonly supplier?: string | undefined;
  readonly originator?: string | undefined;
  readonly downloadLocation: string;
  readonly filesAnalyzed: boolean;
  readonly checksums?: readonly SpdxChecksum[] | undefined;
  readonly homepage?: string | undefined;
  readonly sourceInfo?: string | undefined;
  readonly licenseConcluded?: string | undefined;
  readonly licenseDeclared?: string | undefined;
  readonly copyrightText?: string | undefined;
  readonly description?: string | undefined;
  readonly externalRefs?: readonly LibraryReference[] | undefined;
  readonly primaryPackagePurpose?: string | undefined;
}

export interface LibraryExtractedLicense {
  readonly licenseId: string;
  readonly extractedText: string;
  readonly name?: string | undefined;
  readonly seeAlsos?: readonly string[] | undefined;
}

export interface LibraryReference {
  readonly referenceCategory: string;
  readonly referenceType: string;
  readonly referenceLocator: string;
}

export interface LibraryRelationship {
  readonly spdxElementId: string;
  readonly relatedSpdxElement: string;
  readonly relationshipType: string;
}

/** An element with its keys put into the library's order. */
function libraryPackage(element: LibraryPackage): LibraryPackage {
  return {
    name: element.name,
    SPDXID: element.SPDXID,
    versionInfo: element.versionInfo,
    supplier: element.supplier,
    originator: element.originator,
    downloadLocation: element.downloadLocation,
    filesAnalyzed: element.filesAnalyzed,
    checksums: element.checksums?.map(({ algorithm, checksumValue }) => ({ algorithm, checksumValue })),
    homepage: element.homepage,
    sourceInfo: element.sourceInfo,
    licenseConcluded: element.licenseConcluded,
    licenseDeclared: element.licenseDeclared,
    copyrightText: element.copyrightText,
    description: element.description,
    externalRefs: element.externalRefs?.map(({ referenceCategory, referenceType, referenceLocator }) => ({
      referenceCategory,
      referenceType,
      referenceLocator,
    })),
    primaryPackagePurpose: element.primaryPackagePurpose,
  };
}

/**
 * melange's document as the library reads it. It is written and read back, as the builder did: bytes that are not UTF-8
 * are replacement characters from then on. What the document describes becomes a relationship at the end.
 */
export function readByLibrary(document: SpdxDocument): LibraryDocument {
  const read: SpdxDocument = JSON.parse(goJson(document));
  const { licenseListVersion, creators, created } = read.creationInfo;
  return {
    spdxVersion: read.spdxVersion,
    dataLicense: read.dataLicense,
    SPDXID: read.SPDXID,
    name: read.name,
    documentNamespace: read.documentNamespace,
    creationInfo: { licenseListVersion, creators, created },
    packages: read.packages.map((element: SpdxPackage) => libraryPackage(element)),
    hasExtractedLicensingInfos: read.hasExtractedLicensingInfos,
    relationships: [
      ...read.relationships.map(({ spdxElementId, relatedSpdxElement, relationshipType }) => ({
        spdxElementId,
        relatedSpdxElement,
        relationshipType,
      })),
      ...read.documentDescribes.map((id) => describes(id)),
    ],
  };
}

export function describes(id: string): LibraryRelationship {
  return {
    spdxElementId: 'SPDXRef-DOCUMENT',
    relatedSpdxElement: id,
    relationshipType: 'DESCRIBES',
  };
}
