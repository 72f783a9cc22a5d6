import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApk } from '../../../src/apk/read-apk.ts';
import { keepSbom, sbomEntryOf } from '../../../src/claim/sbom/sbom-entry.ts';
import { apkOf, fileOf, sourceOf } from '../../support/apk-builder.ts';

const folder = 'var/lib/db/sbom/';
const pkginfo = ['pkgname = sample', 'pkgver = 1.0-r0', 'arch = x86_64', 'size = 0'];
const own = fileOf(`${folder}sample-1.0-r0.spdx.json`, 'own');

test('the SBOM of a package is the one named after it, whatever lies beside it and in whatever order', async () => {
  const others = [
    'a.spdx.json',
    'sample-1.0-r0.spdx.json.spdx.json',
    'sample-1.0-r1.spdx.json',
    'sample-doc-1.0-r0.spdx.json',
    'Sample-1.0-r0.spdx.json',
    'z.spdx.json',
    'sub/sample-1.0-r0.spdx.json',
  ].map((name) => fileOf(`${folder}${name}`, 'other'));
  const elsewhere = fileOf('usr/var/lib/db/sbom/sample-1.0-r0.spdx.json', 'other');
  const all = [...others, elsewhere];
  for (const data of [
    [own, ...all],
    [...all, own],
    [...others, own, elsewhere],
  ]) {
    const apk = await readApk(sourceOf(apkOf({ pkginfo, data })), { keep: keepSbom });
    assert.equal(String(sbomEntryOf(apk)?.content), 'own');
    assert.deepEqual(
      apk.data.entries.filter(({ content }) => content !== undefined).map(({ name }) => name),
      [own.name],
      'nothing else is held in memory',
    );
  }
  assert.equal(sbomEntryOf(await readApk(sourceOf(apkOf({ pkginfo, data: all })))), undefined);
});
