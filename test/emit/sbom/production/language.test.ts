/** Ids of language content that Wolfi published, and hostile files. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sha256 } from '../../../../src/digest.ts';
import { hashInteger } from '../../../../src/emit/sbom/production/hash.ts';
import { catalogue } from '../../../../src/emit/sbom/production/language/catalogue.ts';
import { foundPackage } from '../../../../src/emit/sbom/production/language/found.ts';
import { type GoBuild, goRecords, readGoBuild } from '../../../../src/emit/sbom/production/language/go.ts';
import { distInfoRecord, wheelRecord } from '../../../../src/emit/sbom/production/language/python.ts';
import { declaredLicense } from '../../../../src/emit/sbom/production/license.ts';
import { unscannedPaths } from '../../../../src/emit/sbom/production/scannable.ts';
import { type Tree, type TreeEntry, treeOf } from '../../../../src/execute/tree.ts';
import { contentOf, emptyContent } from '../../../../src/formats/content.ts';
import { fixtures } from '../../../support/lab.ts';

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
        ...({ name, version, type: 'python', locations: [path], purl: '', cpes: [] } as const),
        license: declaredLicense(license?.value ?? ''),
        metadata: hashInteger(0),
      };
      assert.equal(endOf(foundPackage(record, generation).element.SPDXID), id);
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
    const hidden = { symbols: false, crypto: cryptoSettings };
    const records = goRecords(build, path, { generation, hidden })!;
    const ids = records.map((record) => endOf(foundPackage(record, generation).element.SPDXID));
    assert.deepEqual(
      ids.slice(0, modules.length),
      modules.map(({ id }) => id),
    );
    assert.equal(ids.at(-1), vectors.goStdlib.id);
  });
});

function tree(files: Readonly<Record<string, string | Uint8Array>>): Tree {
  const entries: TreeEntry[] = [];
  for (const [path, content] of Object.entries(files)) {
    const common = { mode: 0o644, uid: 0, gid: 0, target: '', xattrs: [] };
    for (let cut = path.indexOf('/'); cut > 0; cut = path.indexOf('/', cut + 1)) {
      entries.push({ ...common, path: path.slice(0, cut), type: 'directory', content: emptyContent });
    }
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    entries.push({ ...common, path, type: 'file', content: contentOf(bytes) });
  }
  return treeOf(entries);
}

describe('files that tell their elements', () => {
  const folder = 'usr/lib/python3.12/site-packages/demo-1.0.dist-info';
  const metadata = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense: MIT\n';

  const refused: readonly (readonly [what: string, files: Record<string, string>])[] = [
    ['no name', { [`${folder}/METADATA`]: 'Version: 1\n' }],
    [
      'a licence in a file',
      { [`${folder}/METADATA`]: 'Name: a\nVersion: 1\n', [`${folder}/LICENSE`]: 'MIT' },
    ],
    ['an author by mail', { [`${folder}/METADATA`]: `${metadata}Author-email: A <a@b.example>\n` }],
    ['a url of origin', { [`${folder}/METADATA`]: metadata, [`${folder}/direct_url.json`]: '{}' }],
    ['a quoted record', { [`${folder}/METADATA`]: metadata, [`${folder}/RECORD`]: '"a,b",,\n' }],
  ];
  for (const [what, files] of refused) {
    it(`are left to syft where they need more: ${what}`, () => {
      assert.equal(distInfoRecord(tree(files), folder, 1), undefined);
    });
  }

  it('are left to a scan where what they tell is not what production found', () => {
    const own = tree({ [`${folder}/METADATA`]: metadata });
    assert.equal(catalogue(own, 'D', sha256(Buffer.from('[]'))), undefined);
    assert.deepEqual(unscannedPaths(own, false).length > 0, true);
  });

  it('do not harm where they are cut or lie', () => {
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
