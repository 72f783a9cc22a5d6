import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sbomPath } from '../../../src/claim/sbom/sbom-entry.ts';
import { emitSbom } from '../../../src/emit/sbom/sbom.ts';
import type { Failure } from '../../../src/failure.ts';
import { apkOf, copyright, documentAt, inputAt, purlOf, recipeOf, step, subpackage } from './input.ts';

const fetch = (name: string) =>
  step('fetch', { uri: `https://h.org/${name}`, 'purl-name': name, 'purl-version': '1' });
const names = (version: string, more: Parameters<typeof documentAt>[1] = {}) =>
  documentAt(version, more).packages.map(({ name }) => name);

test('the SBOM lies where apk tools look for it', () => {
  assert.equal(sbomPath('foo-doc', '1.2.3-r4'), 'var/lib/db/sbom/foo-doc-1.2.3-r4.spdx.json');
});

test('the file is the document in the order of its keys, with a newline at its end', () => {
  const text = Buffer.from(emitSbom(inputAt('v0.59.1'))).toString();
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(documentAt('v0.59.1'))));
  assert.deepEqual(
    text
      .match(/^ {2}"(\w+)"/gm)
      ?.join(' ')
      .match(/\w+/g),
    [
      'SPDXID',
      'name',
      'spdxVersion',
      'creationInfo',
      'dataLicense',
      'documentNamespace',
      'documentDescribes',
      'packages',
      'relationships',
    ],
  );
  assert.ok(text.endsWith('}\n'));
});

test('no document is made up where the published one names no recipe’s file', () => {
  const recipeFile = { path: '', commit: '', repository: '' };
  assert.throws(
    () => documentAt('v0.59.1', { recipeFile }),
    (failure: Failure) => failure.code === 'unsupported',
  );
});

test('the namespace of a document hashes distro and version, not the name; with SHA-1 before v0.19.1', () => {
  const at = (version: string) => documentAt(version).documentNamespace.split('/').at(-1);
  assert.equal(at('v0.59.1'), 'd35fffc53b5474079f5f37ef6b3c246f');
  assert.equal(at('v0.19.1'), 'd35fffc53b5474079f5f37ef6b3c246f');
  assert.equal(at('v0.19.0'), 'cb2391ca4493906ca2359149db9f3b58b0923815');
});

test('the tool version is printed as given', () => {
  const { creators } = documentAt('v0.45.3', { toolVersion: '0.0.0-20260101-abcdef' }).creationInfo;
  assert.deepEqual(creators, ['Tool: melange (0.0.0-20260101-abcdef)', 'Organization: Chainguard, Inc']);
});

test('a build without a clock is dated in its own zone', () => {
  const created = { epochSeconds: 0, zoneOffsetMinutes: -300 };
  assert.equal(documentAt('v0.59.1', { created }).creationInfo.created, '1969-12-31T19:00:00-05:00');
});

test('the operating system is the guest of v0.27.0 to v0.43.1, later the namespace, with a supplier from v0.30.1', () => {
  const at = (version: string) => {
    const os = documentAt(version).packages.find(({ SPDXID }) => SPDXID === 'SPDXRef-OperatingSystem');
    return os && [os.name, os.versionInfo, os.supplier, os.primaryPackagePurpose];
  };
  assert.equal(at('v0.26.13'), undefined);
  assert.deepEqual(at('v0.27.0'), ['debian', '12', undefined, 'OPERATING-SYSTEM']);
  assert.deepEqual(at('v0.30.1'), ['debian', '12', 'Organization: Wolfi', 'OPERATING-SYSTEM']);
  assert.deepEqual(at('v0.43.1'), ['debian', '12', 'Organization: Wolfi', 'OPERATING-SYSTEM']);
  assert.deepEqual(at('v0.43.2'), ['wolfi', undefined, 'Organization: Wolfi', 'OPERATING-SYSTEM']);
});

test('without an os-release there is no operating system', () => {
  assert.deepEqual(names('v0.40.4', { osRelease: undefined }), ['foo', 'foo.yaml']);
});

test('ids have the kind of element in them, and elements a purpose, from v0.43.0 on', () => {
  const at = (version: string) =>
    documentAt(version).packages.map((each) => [each.SPDXID, each.primaryPackagePurpose]);
  assert.deepEqual(at('v0.42.0').slice(1), [
    ['SPDXRef-Package-foo-1.2.3-r4', undefined],
    ['SPDXRef-Package-foo.yaml-5d7a3c9e', undefined],
  ]);
  assert.deepEqual(at('v0.43.0').slice(1), [
    ['SPDXRef-Package-apk-foo-1.2.3-r4', 'APPLICATION'],
    ['SPDXRef-Package-Melange-foo.yaml-5d7a3c9e', 'INSTALL'],
  ]);
});

test('the distro stands in the package URL from v0.30.0 on, unless unknown, in the case given', () => {
  const at = (version: string, namespace: string) => purlOf(apkOf(documentAt(version, { namespace })));
  assert.equal(at('v0.29.6', 'wolfi'), 'pkg:apk/wolfi/foo@1.2.3-r4?arch=x86_64');
  assert.equal(at('v0.30.0', 'Wolfi'), 'pkg:apk/Wolfi/foo@1.2.3-r4?arch=x86_64&distro=Wolfi');
  assert.equal(at('v0.30.0', 'unknown'), 'pkg:apk/unknown/foo@1.2.3-r4?arch=x86_64');
});

test('an empty namespace is unknown, but before v0.34.1 not in the recipe element', () => {
  const at = (version: string) =>
    documentAt(version, { namespace: '' }).packages.map(({ supplier }) => supplier);
  assert.deepEqual(at('v0.34.0').slice(1), ['Organization: Unknown', 'Organization: ']);
  assert.deepEqual(at('v0.34.1').slice(1), ['Organization: Unknown', 'Organization: Unknown']);
});

test('the recipe is a GitHub file whatever its host, by the path given', () => {
  const recipeFile = { path: './foo.yaml', commit: '', repository: 'https://gitlab.com/a/b' };
  const element = documentAt('v0.59.1', { recipeFile, recipeLicense: '' }).packages.at(-1)!;
  assert.equal(purlOf(element), 'pkg:github/https:/%2Fgitlab.com%2Fa%2Fb#./foo.yaml');
  assert.equal(element.SPDXID, 'SPDXRef-Package-Melange-.-foo.yaml-');
  assert.deepEqual(
    [element.name, element.versionInfo, element.licenseDeclared],
    ['./foo.yaml', undefined, 'NOASSERTION'],
  );
});

test('copyright before v0.19.4 is a line for each entry, also without attestation', () => {
  const at = (version: string, ...attestations: string[]) => {
    const entries = attestations.map((attestation) => copyright('MIT', { attestation }));
    return apkOf(documentAt(version, { recipe: recipeOf({ package: { copyright: entries } }) }))
      .copyrightText;
  };
  assert.equal(at('v0.19.3', '', 'me'), '\nme\n');
  assert.equal(at('v0.19.3'), undefined);
  assert.equal(at('v0.19.4', '', 'me', 'you'), 'me\nyou\n');
  assert.equal(at('v0.19.4', ''), 'NOASSERTION');
});

test('the CPE is referred to from v0.46.0 on, after the package URL', () => {
  const recipe = recipeOf({ cpe: { vendor: 'acme', product: 'x' } });
  const at = (version: string) =>
    apkOf(documentAt(version, { recipe })).externalRefs!.map((each) => [
      each.referenceCategory,
      each.referenceType,
    ]);
  assert.deepEqual(at('v0.45.3'), [['PACKAGE-MANAGER', 'purl']]);
  assert.deepEqual(at('v0.46.0'), [
    ['PACKAGE-MANAGER', 'purl'],
    ['SECURITY', 'cpe23Type'],
  ]);
});

test('sources of a subpackage are unlisted before v0.33.0, last until v0.34.0, then before the recipe', () => {
  const own = subpackage('foo-doc', [fetch('own')]);
  const recipe = recipeOf({ pipeline: [fetch('origin')], subpackages: [own] });
  const at = (version: string) => names(version, { recipe, subpackage: own }).slice(1);
  assert.deepEqual(at('v0.32.0'), ['foo-doc', 'foo.yaml', 'origin']);
  assert.deepEqual(at('v0.33.0'), ['foo-doc', 'foo.yaml', 'origin', 'own']);
  assert.deepEqual(at('v0.34.0'), ['foo-doc', 'foo.yaml', 'origin', 'own']);
  assert.deepEqual(at('v0.34.1'), ['foo-doc', 'own', 'foo.yaml', 'origin']);
});

test('v0.33.0 lists no sources of a subpackage when the origin has no steps', () => {
  const own = subpackage('foo-doc', [fetch('own')]);
  const recipe = recipeOf({ subpackages: [own] });
  assert.deepEqual(names('v0.33.0', { recipe, subpackage: own }).slice(1), ['foo-doc', 'foo.yaml']);
  assert.deepEqual(names('v0.34.1', { recipe, subpackage: own }).slice(1), ['foo-doc', 'own', 'foo.yaml']);
});

test('relationships follow the elements', () => {
  const own = subpackage('foo-doc', [fetch('own')]);
  const recipe = recipeOf({ pipeline: [fetch('origin')], subpackages: [own] });
  const document = documentAt('v0.59.1', { recipe, subpackage: own });
  assert.deepEqual(
    document.relationships.map(({ relationshipType }) => relationshipType),
    ['GENERATED_FROM', 'DESCRIBED_BY', 'GENERATED_FROM'],
  );
  assert.deepEqual(
    document.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement),
    document.packages.slice(2).map(({ SPDXID }) => SPDXID),
  );
});
