/** What syft printed, written as production's generators of each form have it. The real syft is part of test/conformance/syft-judge.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../../../src/digest.ts';
import { artifactId } from '../../../../src/emit/sbom/production/artifact-id.ts';
import { digestFound, emptyScan } from '../../../../src/emit/sbom/production/found-packages.ts';
import type { PrintedPackage, SyftListing } from '../../../../src/emit/sbom/production/syft-output.ts';
import {
  chooseRendering,
  type Rendering,
  renderScan,
} from '../../../../src/emit/sbom/production/syft-scan.ts';
import type { JsonObject } from '../../../../src/formats/bounded-json.ts';

const own = { kept: emptyScan, stripped: emptyScan };

/** A record as syft prints it, its id made by the rules that a program prints by. */
function printed(
  record: JsonObject & { readonly name: string; readonly type: string },
  symbols: 'printed' | 'absent' = 'printed',
): PrintedPackage {
  const id = artifactId(record, { generation: 0, symbols, path: (path) => path })!;
  const [place] = record['locations'] as { path: string }[];
  const element = {
    name: record.name,
    SPDXID: `SPDXRef-Package-${record.type}-${record.name.replace(/[^A-Za-z0-9.-]/g, '-')}-${id}`,
    versionInfo: '1.0',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    sourceInfo: `acquired package info from somewhere: ${place!.path}`,
    externalRefs: ((record['cpes'] ?? []) as { cpe: string }[]).map(({ cpe }) => ({
      referenceCategory: 'SECURITY',
      referenceType: 'cpe23Type',
      referenceLocator: cpe,
    })),
  };
  return { element, artifact: { ...record, id }, type: record.type };
}

const gem = {
  name: 'demo',
  version: '1.0',
  type: 'gem',
  locations: [{ path: '/usr/specifications/demo.gemspec' }],
  licenses: [{ value: 'MIT', spdxExpression: 'MIT', type: 'declared' }],
  cpes: [
    { cpe: 'cpe:2.3:a:demo:demo:1.0', source: 'syft-generated' },
    { cpe: 'cpe:2.3:a:known:demo:1.0', source: 'nvd-cpe-dictionary' },
  ],
  metadataType: 'ruby-gemspec',
  metadata: { name: 'demo', version: '1.0', files: ['a', 'b'], authors: ['A'] },
};
const go = {
  name: 'golang.org/x/oauth2',
  version: 'v1',
  type: 'go-module',
  locations: [{ path: '/usr/bin/tool' }],
  metadataType: 'go-module-buildinfo-entry',
  metadata: { goCompiledVersion: 'go1.26.4', architecture: 'amd64' },
};

const listingOf = (...packages: readonly PrintedPackage[]): SyftListing => ({
  version: '1',
  printed: packages,
  extracted: [],
});
const stripped: Rendering = { slashes: 'stripped', symbols: 'printed' };
const render = (each: PrintedPackage, form: 'A' | 'C' | 'D', rendering: Rendering = stripped) =>
  renderScan(listingOf(each), { form, own, rendering }).found[0]!;
const idOf = (each: PrintedPackage, form: 'A' | 'C' | 'D', rendering?: Rendering) =>
  render(each, form, rendering).element.SPDXID.slice(-16);

describe('an element that syft printed', () => {
  it('has no leading slash in forms C and D, and therefore a different id', () => {
    const { element, location } = render(printed(gem), 'C');
    assert.equal(element.sourceInfo, 'acquired package info from somewhere: usr/specifications/demo.gemspec');
    assert.equal(location, 'usr/specifications/demo.gemspec');
    assert.notEqual(idOf(printed(gem), 'C'), printed(gem).element.SPDXID.slice(-16));
  });

  it('has an id of the form’s own hash', () => {
    assert.notEqual(idOf(printed(gem), 'C'), idOf(printed(gem), 'D'));
  });

  it('is as it was printed in form A, guesses included', () => {
    const original = printed(gem);
    assert.deepEqual(
      render(original, 'A', { slashes: 'kept', symbols: 'printed' }).element,
      original.element,
    );
  });

  it('has no guessed CPE in forms C and D, but those of the dictionary', () => {
    const locators = render(printed(gem), 'D').element.externalRefs?.map(
      ({ referenceLocator }) => referenceLocator,
    );
    assert.deepEqual(locators, ['cpe:2.3:a:known:demo:1.0']);
  });

  it('has no list of references where all were guesses', () => {
    const guessed = { ...gem, cpes: gem.cpes.slice(0, 1) };
    assert.ok(!('externalRefs' in render(printed(guessed), 'D').element));
  });

  it('has wolfictl’s CPEs for the modules of Go itself', () => {
    const locators = render(printed(go), 'C').element.externalRefs?.map(
      ({ referenceLocator }) => referenceLocator,
    );
    assert.deepEqual(locators, [
      'cpe:2.3:a:golang:oauth2:1.0:*:*:*:*:go:*:*',
      'cpe:2.3:a:golang:jws:1.0:*:*:*:*:go:*:*',
      'cpe:2.3:a:golang:jwt:1.0:*:*:*:*:go:*:*',
    ]);
  });

  it('is told with the field Symbols and without it, whichever the program has', () => {
    const [older, newer] = [printed(go, 'absent'), printed(go)];
    for (const symbols of ['absent', 'printed'] as const) {
      const rendering: Rendering = { slashes: 'stripped', symbols };
      assert.equal(idOf(older, 'D', rendering), idOf(newer, 'D', rendering));
    }
    assert.notEqual(idOf(newer, 'D'), idOf(newer, 'D', { slashes: 'stripped', symbols: 'absent' }));
  });

  const unknown: readonly (readonly [what: string, record: JsonObject])[] = [
    ['metadata of a kind that is not known', { metadataType: 'odd', metadata: {} }],
    ['a number for a text', { metadata: { name: 1 } }],
    ['text for a list', { metadata: { files: 'a' } }],
    ['a list for an object', { metadata: [] }],
  ];
  for (const [what, more] of unknown) {
    it(`keeps an id that is not understood: ${what}`, () => {
      const original = printed(gem);
      const odd = { ...original, artifact: { ...original.artifact, ...more } };
      assert.equal(idOf(odd, 'D'), original.element.SPDXID.slice(-16));
    });
  }
});

describe('of several ways to write a scan', () => {
  const digestOf = (listing: SyftListing, form: 'A' | 'C' | 'D', rendering: Rendering) =>
    digestFound(renderScan(listing, { form, own, rendering }).found.map(({ element }) => element));
  const listing = listingOf(printed(gem), printed(go));
  const answers: readonly (readonly ['A' | 'C' | 'D', Rendering])[] = [
    ['A', { slashes: 'kept', symbols: 'printed' }],
    ['A', { slashes: 'stripped', symbols: 'absent' }],
    ['C', { slashes: 'stripped', symbols: 'absent' }],
    ['D', { slashes: 'stripped', symbols: 'printed' }],
  ];
  for (const [form, rendering] of answers) {
    it(`that which gives production’s elements is taken: form ${form}, ${JSON.stringify(rendering)}`, () => {
      const found = digestOf(listing, form, rendering);
      assert.deepEqual(chooseRendering(listing, { form, own, found }), { rendering, fits: true });
    });
  }

  it('the program’s own is taken where none does', () => {
    const found = sha256(Buffer.from('other'));
    const older = listingOf(printed(go, 'absent'));
    const rendering = { slashes: 'stripped', symbols: 'absent' };
    assert.deepEqual(chooseRendering(older, { form: 'D', own, found }), { rendering, fits: false });
  });
});
