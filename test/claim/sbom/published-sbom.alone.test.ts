import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSbom, type ReadableSbom } from '../../../src/claim/sbom/published-sbom.ts';
import { emitSbom } from '../../../src/emit/sbom/sbom.ts';
import { copyright, inputAt, recipeOf, step } from '../../emit/sbom/input.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

function readable(value: unknown): ReadableSbom {
  const sbom = parseSbom(bytes(value));
  assert.equal(sbom.kind, 'readable');
  return sbom as ReadableSbom;
}

/** A document of the closed builder, as far as recognition goes. */
const merged = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'apk-foo-1-r0',
  documentNamespace: 'https://spdx.org/spdxdocs/chainguard/melange/00',
  creationInfo: { creators: ['Tool: melange (v0.45.3)'], created: '2026-03-22T04:36:32Z' },
  packages: [
    { name: 'foo', SPDXID: 'SPDXRef-Package-apk-foo-1-r0' },
    { name: 'foo', SPDXID: 'SPDXRef-Package-apk-foo-910f222bbcc117b0', sourceInfo: 'acquired package info' },
    { name: 'foo', SPDXID: 'SPDXRef-DocumentRoot-Directory-foo' },
  ],
  relationships: [
    {
      spdxElementId: 'SPDXRef-DOCUMENT',
      relatedSpdxElement: 'SPDXRef-DocumentRoot-Directory-foo',
      relationshipType: 'DESCRIBES',
    },
    {
      spdxElementId: 'SPDXRef-DOCUMENT',
      relatedSpdxElement: 'SPDXRef-Package-apk-foo-1-r0',
      relationshipType: 'DESCRIBES',
    },
  ],
};

test("melange's document gives all its values", () => {
  const fetch = step('fetch', {
    uri: 'https://h.org/a',
    'purl-name': 'a',
    'purl-version': '1',
    'expected-sha256': 'aa',
  });
  const recipe = recipeOf({
    package: { copyright: [copyright('MIT', { attestation: 'me' }), copyright('Foo')] },
    cpe: { vendor: 'acme', product: 'x' },
    pipeline: [fetch],
  });
  const sbom = parseSbom(emitSbom(inputAt('v0.59.1', { recipe }))) as ReadableSbom;
  assert.equal(sbom.kind, 'readable');
  assert.equal(sbom.generator, 'melange');
  assert.equal(sbom.name, 'apk-foo-1.2.3-r4');
  assert.equal(
    sbom.namespace,
    'https://spdx.org/spdxdocs/chainguard/melange/d35fffc53b5474079f5f37ef6b3c246f',
  );
  assert.equal(sbom.created, '2024-06-15T12:00:00Z');
  assert.equal(sbom.operatingSystem?.name, 'wolfi');
  assert.equal(sbom.recipe?.name, 'foo.yaml');
  assert.deepEqual(sbom.extractedLicenses, [{ id: 'LicenseRef-Foo', text: 'Non-SPDX License: Foo' }]);
  assert.deepEqual(sbom.apk, {
    id: 'SPDXRef-Package-apk-foo-1.2.3-r4',
    name: 'foo',
    version: '1.2.3-r4',
    license: 'MIT AND LicenseRef-Foo',
    downloadLocation: 'NOASSERTION',
    supplier: 'Organization: Wolfi',
    purpose: 'APPLICATION',
    copyright: 'me\n',
    sourceInfo: undefined,
    checksums: [],
    purls: ['pkg:apk/wolfi/foo@1.2.3-r4?arch=x86_64&distro=wolfi'],
    cpes: ['cpe:2.3:a:acme:x:1.2.3:*:*:*:*:*:*:*'],
  });
  assert.deepEqual(
    sbom.sources.map(({ name, checksums }) => [name, checksums]),
    [['a', [{ algorithm: 'SHA256', value: 'aa' }]]],
  );
});

test("the closed builder's document is recognised by its key order and syft's elements", () => {
  const sbom = readable(merged);
  assert.equal(sbom.generator, 'production');
  assert.equal(sbom.apk?.id, 'SPDXRef-Package-apk-foo-1-r0');
});

test("in melange's document the package and the recipe are also recognised by their purpose", () => {
  const bytesOf = (from: string, to: string) => {
    const text = Buffer.from(emitSbom(inputAt('v0.59.1'))).toString();
    assert.ok(text.includes(from), from);
    return Buffer.from(text.replaceAll(from, to));
  };
  const damaged: [string, string][] = [
    ['"DESCRIBED_BY"', '"DESCRIBED_BX"'],
    ['"documentDescribes": [\n    "', '"documentDescribes": [\n    "x'],
  ];
  for (const [from, to] of damaged) {
    const sbom = parseSbom(bytesOf(from, to));
    assert.ok(sbom.kind === 'readable', from);
    assert.deepEqual([sbom.apk?.name, sbom.recipe?.name], ['foo', 'foo.yaml'], from);
  }
  const unknown = parseSbom(bytesOf('"documentDescribes"', '"documentDescribed"'));
  assert.ok(unknown.kind === 'readable');
  assert.deepEqual([unknown.apk, unknown.recipe], [undefined, undefined]);
});

const others: [string, unknown][] = [
  ['another key order', Object.fromEntries(Object.entries(merged).reverse())],
  ['no document root', { ...merged, packages: merged.packages.slice(0, 2) }],
  ['nothing catalogued', { ...merged, packages: [merged.packages[0], merged.packages[2]] }],
  ['nothing but a version', { spdxVersion: 'SPDX-2.3' }],
];

for (const [what, document] of others) {
  test(`a document with ${what} is from an unknown generator`, () => {
    assert.equal(readable(document).generator, 'unknown');
  });
}

const unreadable: [string, Uint8Array, string][] = [
  ['nothing', new Uint8Array(), 'not-json'],
  ['text', Buffer.from('{"spdxVersion": "SPDX-2.3"'), 'not-json'],
  ['a byte order mark', Buffer.from('\ufeff{"spdxVersion": "SPDX-2.3"}'), 'not-json'],
  ['a list', bytes([merged]), 'not-a-document'],
  ['null', bytes(null), 'not-a-document'],
  ['an object without a version', bytes({ packages: [] }), 'not-a-document'],
  ['an inherited version', bytes({ ['__proto__']: { spdxVersion: 'SPDX-2.3' } }), 'not-a-document'],
  ['33 levels', Buffer.from('['.repeat(33)), 'too-deep'],
  ['a million levels', Buffer.from('{"a":'.repeat(1_000_000)), 'too-deep'],
  ['two million values', Buffer.from(`[${'0,'.repeat(2_000_000)}0]`), 'too-many-values'],
  ['64 MiB and a byte', Buffer.alloc(64 * 1024 * 1024 + 1, ' '), 'too-large'],
];

for (const [what, content, why] of unreadable) {
  test(`${what} is unreadable: ${why}`, () => {
    assert.deepEqual(parseSbom(content), { kind: 'unreadable', why });
  });
}

test('brackets and commas inside text count for nothing', () => {
  assert.equal(readable({ spdxVersion: 'x', name: `\\"${'[{,'.repeat(1_000_000)}` }).kind, 'readable');
});

test('members of a wrong type are ignored', () => {
  const sbom = readable({
    spdxVersion: 'SPDX-2.3',
    name: 7,
    creationInfo: { creators: ['a', 1, null, ['b']], created: {} },
    packages: [
      null,
      'x',
      { SPDXID: 1 },
      { SPDXID: 'a', name: [], externalRefs: [{ referenceType: 'purl' }, 3] },
    ],
    relationships: { spdxElementId: 'a' },
    hasExtractedLicensingInfos: [{ licenseId: 'x' }, { licenseId: 'y', extractedText: '' }],
  });
  assert.deepEqual([sbom.name, sbom.created, sbom.creators], [undefined, undefined, ['a']]);
  assert.deepEqual(
    sbom.elements.map(({ id, name, purls }) => [id, name, purls]),
    [['a', undefined, []]],
  );
  assert.deepEqual([sbom.apk, sbom.recipe, sbom.sources], [undefined, undefined, []]);
  assert.deepEqual(sbom.extractedLicenses, [{ id: 'y', text: '' }]);
});

test('no JSON text makes the reading fail', () => {
  const keys = [
    'spdxVersion',
    'packages',
    'SPDXID',
    'externalRefs',
    'relationships',
    'creationInfo',
    'documentDescribes',
  ];
  const value = fc.jsonValue();
  const element = fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, fc.array(value)));
  const document = fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, element, fc.array(element)));
  fc.assert(fc.property(document, (json) => void parseSbom(bytes({ ...json, spdxVersion: 'x' }))));
});

test('no bytes make the reading fail', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (content) => void parseSbom(content)));
});
