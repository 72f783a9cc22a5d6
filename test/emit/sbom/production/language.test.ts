/** Ids of language content that Wolfi published, and hostile files. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Sha256, sha256 } from '../../../../src/digest.ts';
import { hashInteger } from '../../../../src/emit/sbom/production/hash.ts';
import { catalogue } from '../../../../src/emit/sbom/production/language/catalogue.ts';
import { foundPackage } from '../../../../src/emit/sbom/production/language/found-element.ts';
import { gemRecord } from '../../../../src/emit/sbom/production/language/gem.ts';
import {
  type GoBuild,
  goRecords,
  readGoBuild,
} from '../../../../src/emit/sbom/production/language/go-modules.ts';
import { nodeRecords } from '../../../../src/emit/sbom/production/language/node-packages.ts';
import { distInfoRecord } from '../../../../src/emit/sbom/production/language/python-packages.ts';
import { wheelRecord } from '../../../../src/emit/sbom/production/language/wheel.ts';
import { declaredLicense } from '../../../../src/emit/sbom/production/license.ts';
import { unscannedPaths } from '../../../../src/emit/sbom/production/scannable.ts';
import { contentOf } from '../../../../src/formats/content.ts';
import { fixtures } from '../../../support/lab.ts';
import { languageTrees, treeOfFiles as tree } from '../../../support/language-trees.ts';

interface Vectors {
  readonly wheel: readonly {
    readonly generation: 0 | 1;
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly path: string;
    readonly license: { readonly value: string } | null;
  }[];
  readonly goStdlib: {
    readonly generation: 0;
    readonly id: string;
    readonly version: string;
    readonly path: string;
  };
  readonly goModules: {
    readonly generation: 0;
    readonly path: string;
    readonly goVersion: string;
    readonly architecture: string;
    readonly main: string;
    readonly cryptoSettings: readonly string[];
    readonly modules: readonly { readonly id: string; readonly name: string; readonly version: string }[];
  };
}

const vectors = JSON.parse(readFileSync(join(fixtures, 'production-ids.json'), 'utf8')) as Vectors;
const endOf = (id: string) => id.slice(-16);

describe('ids of language content that Wolfi published', () => {
  for (const { name, version, path, license, id, generation } of vectors.wheel) {
    it(`follow from the record of a wheel: ${name}`, () => {
      const record = {
        ...({ name, version, type: 'python', locations: [path], purl: '', cpes: [], makers: [] } as const),
        licenses: license === null ? [] : [declaredLicense(license.value)!],
        metadata: hashInteger(0),
      };
      assert.equal(
        endOf(foundPackage(record, { generation, guessesCpes: false, root: '' }).element.SPDXID),
        id,
      );
    });
  }

  it('follow from the build record of cloudflared', () => {
    const { modules, goVersion, architecture, main, path, cryptoSettings, generation } = vectors.goModules;
    const build: GoBuild = {
      version: goVersion,
      experiments: [],
      main: { path: main, version: 'v0.0.0', sum: '' },
      modules: modules.map((module) => ({ path: module.name, version: module.version, sum: '' })),
      settings: [['GOARCH', architecture]],
    };
    const hidden = { symbols: false, crypto: cryptoSettings, urls: 'whole' as const };
    const records = goRecords(build, path, { generation, hidden })!;
    const ids = records.map((record) =>
      endOf(foundPackage(record, { generation, guessesCpes: false, root: '' }).element.SPDXID),
    );
    assert.deepEqual(
      ids.slice(0, modules.length),
      modules.map(({ id }) => id),
    );
    assert.equal(ids.at(-1), vectors.goStdlib.id);
  });
});

describe('the package URL of a module', () => {
  const build: GoBuild = {
    version: 'go1.26.4',
    experiments: [],
    main: undefined,
    modules: [
      { path: 'lab.example/own/lib/v2', version: 'v2.0.1+incompatible', sum: '' },
      { path: 'lab.example/own/lib', version: 'v1.0.0', sum: '' },
      { path: 'lab.example', version: 'v0.1.0', sum: '' },
    ],
    settings: [],
  };
  // As syft v1.39.0 and later print it, and v1.38.0 before.
  const urls = {
    whole: 'lab.example/own/lib/v2@v2.0.1%2Bincompatible',
    subpath: 'lab.example/own/lib@v2.0.1%2Bincompatible#v2',
  };
  for (const form of ['whole', 'subpath'] as const) {
    it(`has what is longer than three parts in one of two places: ${form}`, () => {
      const hidden = { symbols: false, crypto: [], urls: form };
      const records = goRecords(build, 'usr/bin/tool', { generation: 0, hidden })!;
      assert.deepEqual(
        records.slice(0, 3).map(({ purl }) => purl),
        [urls[form], 'lab.example/own/lib@v1.0.0', 'lab.example@v0.1.0'].map((each) => `pkg:golang/${each}`),
      );
    });
  }
});

describe('elements that syft found in trees of our own', () => {
  for (const { what, files, found } of languageTrees) {
    for (const form of ['A', 'B', 'C', 'D'] as const) {
      it(`are read from the files themselves, and nothing is left to look into: ${what}, form ${form}`, () => {
        const own = tree(files);
        const scan = catalogue(own, form, found[form] as Sha256);
        assert.ok(scan !== undefined);
        assert.deepEqual(unscannedPaths(own, false, scan.read), []);
      });
    }
  }
});

describe('files that tell their elements', () => {
  const folder = 'usr/lib/python3.12/site-packages/demo-1.0.dist-info';
  const metadata = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense: MIT\n';

  const refused: readonly (readonly [what: string, files: Record<string, string>])[] = [
    ['no name', { [`${folder}/METADATA`]: 'Version: 1\n' }],
    [
      'a licence in a file',
      { [`${folder}/METADATA`]: 'Name: a\nVersion: 1\n', [`${folder}/LICENSE`]: 'MIT' },
    ],
    ['a url of origin', { [`${folder}/METADATA`]: metadata, [`${folder}/direct_url.json`]: '{}' }],
    ['a quoted record', { [`${folder}/METADATA`]: metadata, [`${folder}/RECORD`]: '"a,b",,\n' }],
  ];
  for (const [what, files] of refused) {
    it(`are left to syft where they need more: ${what}`, () => {
      assert.equal(distInfoRecord(tree(files), folder, { generation: 1, root: '' }), undefined);
    });
  }

  const gemPath = 'usr/lib/ruby/gems/3.3.0/specifications/a-1.gemspec';
  const gemspec = 'Gem::Specification.new do |s|\n  s.name = "a".freeze\n  s.version = "1"\n';
  const gems: readonly (readonly [what: string, text: string, more?: Record<string, string>])[] = [
    ['no name', gemspec.replace('.name', '.nam')],
    ['a version that is worked out', gemspec.replace('"1"', 'A::VERSION')],
    ['a value in single quotes', gemspec.replace('"1"', "'1'")],
    ['a name that is put in', `${gemspec}  s.homepage = "https://lab.example/#{s.name}"\n`],
    ['a list of several lines', `${gemspec}  s.files = [\n"a"]\n`],
    ['half a letter', `${gemspec}  s.authors = ["\\uD800".freeze]\n`],
    ['a licence in a file', gemspec, { 'usr/lib/ruby/gems/3.3.0/specifications/MIT-LICENSE': 'MIT' }],
  ];
  for (const [what, text, more = {}] of gems) {
    it(`are left to syft where a gem needs more: ${what}`, () => {
      assert.equal(gemRecord(tree({ [gemPath]: text, ...more }), gemPath, 1), undefined);
    });
  }

  const manifest = { name: 'a', version: '1.0.0', license: 'MIT' };
  const manifests: readonly (readonly [what: string, json: unknown, more?: Record<string, string>])[] = [
    ['a list', []],
    ['a number for a version', { ...manifest, version: 1 }],
    ['a key in other letters', { ...manifest, Name: 'b' }],
    ['dependencies that are no texts', { ...manifest, dependencies: { b: 1 } }],
    ['a licence that is a list', { ...manifest, license: ['MIT'] }],
    ['an odd author', { ...manifest, author: 'A <a <b>' }],
    ['an author who is a number', { ...manifest, author: 1 }],
    ['authors as one text', { ...manifest, authors: 'A' }],
    ['a name that a package URL writes otherwise', { ...manifest, name: 'a b' }],
    ['a place of an odd form', { ...manifest, repository: 'http://[' }],
    ['a licence in a file', { name: 'a', version: '1' }, { 'usr/a/LICENSE.md': 'MIT' }],
  ];
  for (const [what, json, more = {}] of manifests) {
    it(`are left to syft where a package of Node needs more: ${what}`, () => {
      const own = tree({ 'usr/a/package.json': JSON.stringify(json), ...more });
      assert.equal(nodeRecords(own, 'usr/a/package.json', 0), undefined);
    });
  }

  it('ask for licences in files without looking through the tree for each package', () => {
    const names = Array.from({ length: 50 }, (_, at) => `usr/${at}/package.json`);
    const whole = tree(Object.fromEntries(names.map((name) => [name, '{"name":"a","version":"1"}'])));
    let looks = 0;
    const counted = {
      get: whole.get,
      get entries() {
        looks += 1;
        return whole.entries;
      },
    };
    for (const name of names) assert.equal(nodeRecords(counted, name, 0)?.length, 1);
    assert.equal(looks, 1);
  });

  it('are left to a scan where what they tell is not what production found', () => {
    const own = tree({ [`${folder}/METADATA`]: metadata });
    assert.equal(catalogue(own, 'D', sha256(Buffer.from('[]'))), undefined);
    assert.deepEqual(unscannedPaths(own, false).length > 0, true);
  });

  it('do no harm where they are truncated or lie', () => {
    const magic = Buffer.from('\xff Go buildinf:\x08\x02', 'latin1');
    const cut = [
      magic,
      Buffer.concat([magic, Buffer.alloc(16)]),
      Buffer.concat([magic, Buffer.alloc(40, 0xff)]),
    ];
    for (const bytes of cut) assert.equal(readGoBuild(contentOf(bytes)), undefined);
    const zips = ['', 'PK\x05\x06', `PK\x05\x06${'\xff'.repeat(18)}`, `PK\x05\x06${'\0'.repeat(18)}`];
    for (const bytes of zips) {
      assert.equal(wheelRecord(tree({ 'a.whl': Buffer.from(bytes, 'latin1') }), 'a.whl'), undefined);
    }
  });
});
