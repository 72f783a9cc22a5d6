import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeBytes } from '../../../../src/bytes.ts';
import { type RecordVariant, sampleVariant } from '../../../../src/claim/traits/record-variant.ts';
import { emptyScan, type FoundPackage } from '../../../../src/emit/sbom/production/found-packages.ts';
import {
  emitProductionSbom,
  type ProductionInput,
  productionDocument,
} from '../../../../src/emit/sbom/production/production.ts';
import type { LibraryPackage } from '../../../../src/emit/sbom/production/production-document.ts';
import { treePaths } from '../../../../src/emit/sbom/production/tree-paths.ts';
import type { SbomInput } from '../../../../src/emit/sbom/sbom.ts';
import { copyright, documentAt, inputAt, recipeOf, step, subpackage } from '../input.ts';

const plain: ProductionInput = { variant: sampleVariant, paths: treePaths(['usr']), scan: emptyScan };
const documentOf = (more: Partial<SbomInput> = {}, production: Partial<ProductionInput> = {}) =>
  productionDocument(inputAt('v0.45.3', more), { ...plain, ...production });

function found(name: string, versionInfo: string, type = 'python', location = '/usr/x'): FoundPackage {
  const element: LibraryPackage = {
    name,
    SPDXID: `SPDXRef-Package-${type}-${name}-0123456789abcdef`,
    versionInfo,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
  };
  return { element, type, location };
}

describe('production’s document', () => {
  it('has the head and the elements of melange’s, then syft’s, the scanned directory last', () => {
    const melange = documentAt('v0.45.3');
    const document = documentOf();
    assert.equal(document.documentNamespace, melange.documentNamespace);
    assert.deepEqual(
      document.packages.slice(0, -2).map(({ SPDXID }) => SPDXID),
      melange.packages.map(({ SPDXID }) => SPDXID),
    );
    assert.deepEqual(
      document.packages.slice(-2).map(({ name, SPDXID }) => [name, SPDXID.replace(/[0-9a-f]{16}$/, 'ID')]),
      [
        ['foo', 'SPDXRef-Package-apk-foo-ID'],
        ['foo', 'SPDXRef-DocumentRoot-Directory-foo'],
      ],
    );
  });

  it('has the keys in the order of the SPDX library, none of them empty', () => {
    const text = decodeBytes(emitProductionSbom(inputAt('v0.45.3'), plain));
    const keys = Object.keys(JSON.parse(text));
    assert.deepEqual(keys, [
      'spdxVersion',
      'dataLicense',
      'SPDXID',
      'name',
      'documentNamespace',
      'creationInfo',
      'packages',
      'relationships',
    ]);
    assert.deepEqual(Object.keys(JSON.parse(text).packages.at(-2)), [
      'name',
      'SPDXID',
      'versionInfo',
      'supplier',
      'downloadLocation',
      'filesAnalyzed',
      'sourceInfo',
      'licenseConcluded',
      'licenseDeclared',
      'copyrightText',
      'externalRefs',
    ]);
    assert.ok(text.endsWith('\n}\n'));
  });

  it('says what it describes by relationships, first melange’s element, last the directory', () => {
    const { relationships, packages } = documentOf();
    const [apk, directory] = packages.slice(-2);
    assert.deepEqual(relationships.slice(-3), [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relatedSpdxElement: documentAt('v0.45.3').documentDescribes[0],
        relationshipType: 'DESCRIBES',
      },
      {
        spdxElementId: directory!.SPDXID,
        relatedSpdxElement: apk!.SPDXID,
        relationshipType: 'CONTAINS',
      },
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relatedSpdxElement: directory!.SPDXID,
        relationshipType: 'DESCRIBES',
      },
    ]);
  });

  it('names the package that it is about, not the origin', () => {
    const doc = subpackage('foo-doc', []);
    const recipe = recipeOf({ subpackages: [doc] });
    const apk = documentOf({ recipe, subpackage: doc }).packages.at(-2)!;
    assert.match(apk.SPDXID, /^SPDXRef-Package-apk-foo-doc-/);
    assert.ok(apk.externalRefs?.at(-1)?.referenceLocator.endsWith('?arch=x86_64&origin=foo'));
  });

  it('keeps checksums and download locations of sources', () => {
    const only = step('fetch', {
      uri: 'https://example.org/a.tgz',
      'expected-sha256': 'ab',
      'purl-name': 'a',
    });
    const source = documentOf({ recipe: recipeOf({ pipeline: [only] }) }).packages.find(
      ({ primaryPackagePurpose }) => primaryPackagePurpose === 'SOURCE',
    );
    assert.deepEqual(source?.checksums, [{ algorithm: 'SHA256', checksumValue: 'ab' }]);
    assert.equal(source.downloadLocation, 'https://example.org/a.tgz');
  });

  it('carries the texts of licences that melange extracted, before the relationships', () => {
    const recipe = recipeOf({ package: { copyright: [copyright('Own Licence')] } });
    const document = documentOf({ recipe });
    assert.deepEqual(document.hasExtractedLicensingInfos, [
      { licenseId: 'LicenseRef-Own-Licence', extractedText: 'Non-SPDX License: Own Licence' },
    ]);
    const keys = Object.keys(document);
    assert.ok(keys.indexOf('hasExtractedLicensingInfos') < keys.indexOf('relationships'));
  });

  it('has replacement characters where melange’s part was not UTF-8, and escapes in syft’s', () => {
    const attestation = 'caf\udce9';
    const recipe = recipeOf({
      package: { description: attestation, copyright: [copyright('MIT', { attestation })] },
    });
    const text = decodeBytes(emitProductionSbom(inputAt('v0.45.3', { recipe }), plain));
    assert.ok(text.includes('"copyrightText": "caf\ufffd\\n"'));
    assert.ok(text.includes('"description": "caf\\ufffd"'));
  });
});

describe('texts of licences that SPDX does not know', () => {
  const recipe = recipeOf({ package: { copyright: [copyright('Own Licence')] } });
  const own = { licenseId: 'LicenseRef-Own-Licence', extractedText: 'Non-SPDX License: Own Licence' };
  const recorded = {
    licenseId: 'LicenseRef-Own-Licence',
    extractedText: 'NOASSERTION',
    name: 'Own Licence',
  };
  const found = { licenseId: 'LicenseRef-Found', extractedText: 'NOASSERTION', name: 'Found' };
  const scan = { ...emptyScan, extracted: [found] };
  const answers: readonly (readonly [RecordVariant['licenseTexts'], readonly object[]])[] = [
    ['melange', [own]],
    ['appended', [own, found, recorded]],
    ['united', [own, found]],
  ];
  for (const [licenseTexts, expected] of answers) {
    it(`are those of melange and, where they are ${licenseTexts}, of syft by their ids`, () => {
      const variant = { ...sampleVariant, licenseTexts };
      assert.deepEqual(documentOf({ recipe }, { variant, scan }).hasExtractedLicensingInfos, expected);
    });
  }

  it('are no member of a document without any', () => {
    const variant: RecordVariant = { ...sampleVariant, licenseTexts: 'appended' };
    const text = decodeBytes(emitProductionSbom(inputAt('v0.45.3'), { ...plain, variant }));
    assert.ok(!text.includes('hasExtractedLicensingInfos'));
  });
});

describe('what a scan found besides', () => {
  const places: readonly (readonly [rule: string, found: readonly FoundPackage[], names: string])[] = [
    ['before and behind the package by name', [found('bar', '1'), found('goo', '1')], 'bar foo goo'],
    ['by version where the name is the same', [found('foo', '1.2.3'), found('foo', '1.3')], 'foo foo foo'],
    ['behind all names that sort before, in bytes', [found('Zoo', '1'), found('bar', '1')], 'Zoo bar foo'],
  ];
  for (const [rule, others, names] of places) {
    it(`stands ${rule}`, () => {
      const { packages, relationships } = documentOf({}, { scan: { ...emptyScan, found: others } });
      const scanned = packages.slice(-1 - others.length - 1, -1);
      assert.equal(scanned.map(({ name }) => name).join(' '), names);
      const root = 'SPDXRef-DocumentRoot-Directory-foo';
      const contained = (byRoot: boolean) =>
        relationships
          .filter(({ relationshipType }) => relationshipType === 'CONTAINS')
          .filter(({ spdxElementId }) => (spdxElementId === root) === byRoot)
          .map((each) => each.relatedSpdxElement);
      assert.deepEqual(
        contained(true),
        scanned.map(({ SPDXID }) => SPDXID),
      );
      // The package contains what was found in it, first.
      assert.deepEqual(new Set(contained(false)), new Set(others.map(({ element }) => element.SPDXID)));
    });
  }

  it('stands by type and place where name and version are the same', () => {
    const version = '1.2.3-r4';
    const others = [
      found('foo', version, 'alpha'),
      found('foo', version, 'apk', '/.a'),
      found('foo', version, 'apk', '/z'),
    ];
    const scanned = documentOf({}, { scan: { ...emptyScan, found: others } }).packages.slice(-5, -1);
    assert.deepEqual(
      scanned.map(({ sourceInfo }) => sourceInfo !== undefined),
      [false, true, false, false].map((_, index) => index === 1),
    );
  });
});
