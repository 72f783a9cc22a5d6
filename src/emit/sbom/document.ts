/**
 * The SPDX 2.3 document that melange writes, keys in the order of its file (apko pkg/sbom/generator/spdx/spdx.go
 * v0.20.1 to v1.2.33). A generator that starts from melange's document (production's) starts from this value.
 */

export interface SpdxDocument {
  readonly SPDXID: 'SPDXRef-DOCUMENT';
  readonly name: string;
  readonly spdxVersion: 'SPDX-2.3';
  readonly creationInfo: {
    readonly created: string;
    readonly creators: readonly string[];
    readonly licenseListVersion: string;
  };
  readonly dataLicense: 'CC0-1.0';
  readonly documentNamespace: string;
  readonly documentDescribes: readonly string[];
  readonly packages: readonly SpdxPackage[];
  readonly relationships: readonly SpdxRelationship[];
  readonly hasExtractedLicensingInfos: readonly SpdxExtractedLicense[] | undefined;
}

export interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string | undefined;
  readonly filesAnalyzed: false;
  readonly licenseConcluded: string;
  readonly licenseDeclared: string;
  readonly description: string | undefined;
  readonly downloadLocation: string;
  readonly originator: string | undefined;
  readonly supplier: string | undefined;
  readonly copyrightText: string | undefined;
  readonly primaryPackagePurpose: string | undefined;
  readonly checksums: readonly SpdxChecksum[] | undefined;
  readonly externalRefs: readonly SpdxReference[] | undefined;
}

export interface SpdxChecksum {
  readonly algorithm: string;
  readonly checksumValue: string;
}

export interface SpdxReference {
  readonly referenceCategory: string;
  readonly referenceLocator: string;
  readonly referenceType: string;
}

export interface SpdxRelationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'GENERATED_FROM' | 'DESCRIBED_BY';
  readonly relatedSpdxElement: string;
}

export interface SpdxExtractedLicense {
  readonly licenseId: string;
  readonly extractedText: string;
}

export const noAssertion = 'NOASSERTION';
