/** The file of a scan that was kept: one text for one scan, and nothing else is read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../../../src/digest.ts';
import {
  parseKeptScan,
  renderKeptScan,
  type ScanToKeep,
  scannedDigest,
} from '../../../../src/emit/sbom/production/kept-scan.ts';
import { parseSyftOutput } from '../../../../src/emit/sbom/production/syft-output.ts';
import { type Tree, type TreeEntry, treeOf } from '../../../../src/execute/tree.ts';
import { contentOf, emptyContent } from '../../../../src/formats/content.ts';
import { architecture, packageName, packageVersion } from '../../../support/names.ts';
import { schemaValidator } from '../../../support/schemas.ts';

const id = '0123456789abcdef';
const element = {
  name: 'a',
  SPDXID: `SPDXRef-Package-java-archive-a-${id}`,
  versionInfo: '1',
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  sourceInfo: 'acquired package info from installed java archive: /usr/share/a.jar',
  licenseDeclared: 'LicenseRef-Own',
  externalRefs: [
    { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:maven/a@1' },
  ],
};
const artifact = {
  id,
  name: 'a',
  version: '1',
  type: 'java-archive',
  locations: [{ path: '/usr/share/a.jar' }],
};
const license = { licenseId: 'LicenseRef-Own', extractedText: 'text', name: 'Own' };
const scan: ScanToKeep = {
  package: {
    name: packageName('demo'),
    version: packageVersion('1-r0'),
    architecture: architecture('x86_64'),
  },
  tree: sha256(Buffer.from('tree')),
  program: sha256(Buffer.from('syft')),
  listing: {
    version: '1.57.1',
    printed: [{ element, artifact, type: 'java-archive' }],
    extracted: [license],
  },
};

describe('a kept scan', () => {
  it('is read as it was written, and has the digest of its file', () => {
    const bytes = renderKeptScan(scan);
    assert.deepEqual(parseKeptScan(bytes), { ...scan, sha256: sha256(bytes) });
  });

  it('has what a syft printed, in the order in which it printed it', () => {
    const { SPDXID, ...others } = element;
    const spdx = { packages: [{ SPDXID, ...others }], hasExtractedLicensingInfos: [license] };
    const syft = { artifacts: [artifact], descriptor: { version: '9' } };
    const listing = parseSyftOutput({
      spdx: Buffer.from(JSON.stringify(spdx)),
      syft: Buffer.from(JSON.stringify(syft)),
    });
    const read = parseKeptScan(renderKeptScan({ ...scan, listing }))!;
    assert.deepEqual(read.listing, listing);
    assert.equal(Object.keys(read.listing.printed[0]!.element)[0], 'SPDXID');
  });

  it('fits its schema', () => {
    const validate = schemaValidator('scan-1');
    assert.ok(
      validate(JSON.parse(Buffer.from(renderKeptScan(scan)).toString())),
      JSON.stringify(validate.errors),
    );
  });

  it('is the same after any number of readings, whatever texts are in it', () => {
    const printed = fc.record({
      name: fc.string({ unit: 'binary' }),
      versionInfo: fc.string({ unit: 'binary' }),
      record: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 })),
    });
    fc.assert(
      fc.property(fc.array(printed, { maxLength: 4 }), fc.string({ maxLength: 100 }), (packages, version) => {
        const listing = {
          version,
          printed: packages.map(({ name, versionInfo, record }) => ({
            element: { ...element, name, versionInfo },
            artifact: { ...record, id, type: 'java-archive' },
            type: 'java-archive',
          })),
          extracted: [],
        };
        const bytes = renderKeptScan({ ...scan, listing });
        const read = parseKeptScan(bytes);
        assert.ok(read !== undefined && Buffer.from(renderKeptScan(read)).equals(bytes));
      }),
    );
  });
});

type Value = ReturnType<typeof writtenValue>;

function writtenValue() {
  return JSON.parse(Buffer.from(renderKeptScan(scan)).toString());
}

/** The value with something else in it, as compact as it is written. */
function changed(change: (value: Value) => unknown): Buffer {
  const value = writtenValue();
  change(value);
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

const good = Buffer.from(renderKeptScan(scan));
const hostile: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['no JSON', Buffer.from('{')],
  ['null', Buffer.from('null\n')],
  ['a list', Buffer.from('[]\n')],
  ['an empty object', Buffer.from('{}\n')],
  ['no end of line', good.subarray(0, good.length - 1)],
  ['spaces', Buffer.concat([Buffer.from(' '), good])],
  ['something behind it', Buffer.concat([good, good])],
  ['bytes that are not UTF-8', Buffer.concat([good.subarray(0, 9), Buffer.from([0xff]), good.subarray(10)])],
  ['a member twice', Buffer.from(good.toString().replace('"tree":', '"tree":"x","tree":'))],
  ['another schema', changed((value) => (value.schema = 'wolfi-repro/scan/2'))],
  ['a member more', changed((value) => (value.more = 1))],
  ['a name that climbs out', changed((value) => (value.package.name = '../demo'))],
  ['a version with a slash', changed((value) => (value.package.version = '1/2'))],
  ['no architecture', changed((value) => delete value.package.architecture)],
  ['a digest in capitals', changed((value) => (value.tree = value.tree.toUpperCase()))],
  ['a digest that is none', changed((value) => (value.syft.sha256 = 'x'))],
  ['a number for a version', changed((value) => (value.syft.version = 1))],
  ['a version without end', changed((value) => (value.syft.version = '1'.repeat(1000)))],
  ['an object for the packages', changed((value) => (value.packages = {}))],
  ['null for a package', changed((value) => value.packages.push(null))],
  ['an element without a name', changed((value) => delete value.packages[0].element.name)],
  ['a number for an element’s text', changed((value) => (value.packages[0].element.sourceInfo = 1))],
  ['text for references', changed((value) => (value.packages[0].element.externalRefs = 'x'))],
  ['null for a reference', changed((value) => value.packages[0].element.externalRefs.push(null))],
  ['a record of a different element', changed((value) => (value.packages[0].artifact.id = 'f'.repeat(16)))],
  ['a program of the package itself', changed((value) => (value.packages[0].artifact.type = 'binary'))],
  ['a licence that no element names', changed((value) => (value.licenses[0].licenseId = 'LicenseRef-Other'))],
  ['a licence without an id', changed((value) => value.licenses.push({}))],
  ['folders of lists', Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}\n`)],
];

describe('what is not a kept scan', () => {
  for (const [what, bytes] of hostile) {
    it(`is not read: ${what}`, () => assert.equal(parseKeptScan(bytes), undefined));
  }

  it('is not read, wherever a kept scan is cut', () => {
    for (let end = 0; end < good.length; end += 7)
      assert.equal(parseKeptScan(good.subarray(0, end)), undefined, String(end));
  });
});

function entry(path: string, type: TreeEntry['type'], more: Partial<TreeEntry> = {}): TreeEntry {
  return { path, type, mode: 0o755, uid: 0, gid: 0, target: '', xattrs: [], content: emptyContent, ...more };
}

describe('the digest of a scanned tree', () => {
  const plain: readonly TreeEntry[] = [
    entry('usr', 'directory'),
    entry('usr/a', 'file', { content: contentOf(Buffer.from('a')) }),
    entry('usr/b', 'symlink', { target: 'a' }),
  ];
  const digest = scannedDigest(treeOf(plain));
  const withOther = (path: string, more: Partial<TreeEntry>): Tree =>
    treeOf(plain.map((each) => (each.path === path ? { ...each, ...more } : each)));

  const seen: readonly (readonly [what: string, tree: Tree])[] = [
    ['a content', withOther('usr/a', { content: contentOf(Buffer.from('b')) })],
    ['a mode', withOther('usr/a', { mode: 0o644 })],
    ['a target', withOther('usr/b', { target: 'c' })],
    ['a file more', treeOf([...plain, entry('usr/c', 'file')])],
    ['a file less', treeOf(plain.slice(0, 2))],
    ['a folder for a file', withOther('usr/a', { type: 'directory', content: emptyContent })],
    ['a name that is not UTF-8', treeOf([...plain, entry('usr/\udcff', 'file')])],
  ];
  for (const [what, tree] of seen) it(`tells ${what}`, () => assert.notEqual(scannedDigest(tree), digest));

  const unseen: readonly (readonly [what: string, tree: Tree])[] = [
    ['owners', withOther('usr/a', { uid: 1, gid: 1 })],
    ['attributes', withOther('usr/a', { xattrs: [{ name: 'user.a', value: Buffer.from('x') }] })],
    ['pipes', treeOf([...plain, entry('usr/pipe', 'fifo')])],
    ['the mode of a folder', withOther('usr', { mode: 0o700 })],
  ];
  for (const [what, tree] of unseen)
    it(`says nothing of what no syft is shown: ${what}`, () => assert.equal(scannedDigest(tree), digest));

  it('is that of lines of JSON, made by other means', () => {
    const content = sha256(Buffer.from('a'));
    const lines = `["usr","directory"]\n["usr/a","file",493,1,"${content}"]\n["usr/b","symlink","a"]\n`;
    assert.equal(digest, sha256(Buffer.from(lines)));
  });
});
