import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSyftOutput, type SyftOutput } from '../../../../src/emit/sbom/production/syft-output.ts';
import { Failure } from '../../../../src/failure.ts';

interface Artifact {
  readonly name: string;
  readonly type: string;
  readonly id: string;
}

/** What syft would print of these, in its two forms. */
function outputOf(artifacts: readonly Artifact[]): SyftOutput {
  const packages = artifacts.map(({ name, type, id }) => ({
    name,
    SPDXID: `SPDXRef-Package-${type}-${name.replace(/[^A-Za-z0-9.-]/g, '-')}-${id}`,
    versionInfo: '1',
    supplier: 'NOASSERTION',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    checksums: [{ algorithm: 'SHA1', checksumValue: 'ab' }],
    externalRefs: [
      { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: `cpe:2.3:a:${name}` },
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: `pkg:x/${name}` },
    ],
  }));
  const root = {
    name: 'demo',
    SPDXID: 'SPDXRef-DocumentRoot-Directory-demo',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
  };
  return {
    spdx: Buffer.from(JSON.stringify({ packages: [...packages, root], files: [{}], relationships: [{}] })),
    syft: Buffer.from(
      JSON.stringify({
        artifacts: artifacts.map((each) => ({ ...each, locations: [{ path: `/usr/${each.name}` }] })),
      }),
    ),
  };
}

const id = (digit: string) => digit.repeat(16);

describe('what syft printed', () => {
  it('gives its elements in order, without the directory and without binaries', () => {
    const output = outputOf([
      { name: 'bar', type: 'python', id: id('1') },
      { name: 'tool', type: 'binary', id: id('2') },
      { name: 'foo', type: 'gem', id: id('3') },
    ]);
    assert.deepEqual(
      parseSyftOutput(output).printed.map(({ element, type }) => [element.name, type]),
      [
        ['bar', 'python'],
        ['foo', 'gem'],
      ],
    );
  });

  it('keeps every member of an element in its order', () => {
    const [only] = parseSyftOutput(outputOf([{ name: 'bar', type: 'java-archive', id: id('1') }])).printed;
    assert.deepEqual(Object.keys(only!.element), [
      'name',
      'SPDXID',
      'versionInfo',
      'supplier',
      'downloadLocation',
      'filesAnalyzed',
      'checksums',
      'externalRefs',
    ]);
  });

  it('keeps the licences that SPDX does not know where an element that is kept names them', () => {
    const printed = outputOf([
      { name: 'bar', type: 'python', id: id('1') },
      { name: 'tool', type: 'binary', id: id('2') },
    ]);
    const document = JSON.parse(Buffer.from(printed.spdx).toString());
    document.packages[0].licenseDeclared = 'LicenseRef-A AND (MIT OR LicenseRef-B.1)';
    document.packages[1].licenseDeclared = 'LicenseRef-C';
    document.hasExtractedLicensingInfos = ['A', 'B.1', 'C', 'D'].map((name) => ({
      licenseId: `LicenseRef-${name}`,
      extractedText: 'NOASSERTION',
      name,
    }));
    const { extracted } = parseSyftOutput({ ...printed, spdx: Buffer.from(JSON.stringify(document)) });
    assert.deepEqual(
      extracted.map(({ licenseId }) => licenseId),
      ['LicenseRef-A', 'LicenseRef-B.1'],
    );
  });

  it('names the version that printed it, where it says so', () => {
    const printed = outputOf([]);
    const listing = { artifacts: [], descriptor: { name: 'syft', version: '1.38.0' } };
    const syft = Buffer.from(JSON.stringify(listing));
    assert.equal(parseSyftOutput({ ...printed, syft }).version, '1.38.0');
    assert.equal(parseSyftOutput(printed).version, '');
  });

  const bad: readonly (readonly [what: string, output: SyftOutput])[] = [
    ['no JSON', { spdx: Buffer.from('{'), syft: Buffer.from('{}') }],
    ['a list', { spdx: Buffer.from('{}'), syft: Buffer.from('[]') }],
    ['an element without a name', { spdx: Buffer.from('{"packages":[{}]}'), syft: Buffer.from('{}') }],
    ['a number for an element', { spdx: Buffer.from('{"packages":[1]}'), syft: Buffer.from('{}') }],
    ['too deep', { spdx: Buffer.from('['.repeat(99)), syft: Buffer.from('{}') }],
  ];
  for (const [what, output] of bad) {
    it(`is refused: ${what}`, () => {
      assert.throws(
        () => parseSyftOutput(output),
        (failure) => failure instanceof Failure && failure.code === 'unsupported',
      );
    });
  }
});
