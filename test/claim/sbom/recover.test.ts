import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readApk } from '../../../src/apk/read-apk.ts';
import { parseSbom, type ReadableSbom } from '../../../src/claim/sbom/published-sbom.ts';
import { recoverSbomInputs } from '../../../src/claim/sbom/recover.ts';
import type { SbomInput } from '../../../src/emit/sbom/sbom.ts';
import { emitSbom } from '../../../src/emit/sbom/sbom.ts';
import { copyright, inputAt, recipeOf } from '../../emit/sbom/input.ts';
import { sharedSamples, skipUnless } from '../../support/lab.ts';

function recovered(input: SbomInput) {
  return recoverSbomInputs(parseSbom(emitSbom(input)) as ReadableSbom);
}

test('what went into a document is recovered from it', () => {
  const recipe = recipeOf({ package: { copyright: [copyright('A'), copyright('B')] } });
  const input = inputAt('v0.40.4', {
    recipe,
    extractedOrder: ['LicenseRef-B', 'LicenseRef-A'],
    toolVersion: '0.40.4',
  });
  assert.deepEqual(recovered(input), {
    toolVersion: '0.40.4',
    namespace: 'wolfi',
    recipeFile: input.recipeFile,
    recipeLicense: 'Apache-2.0',
    created: input.created,
    osRelease: { id: 'debian', versionId: '12' },
    extractedOrder: ['LicenseRef-B', 'LicenseRef-A'],
    extractedTexts: new Map([
      ['LicenseRef-B', 'Non-SPDX License: B'],
      ['LicenseRef-A', 'Non-SPDX License: A'],
    ]),
  });
});

test('a namespace keeps its case and its odd characters', () => {
  for (const version of ['v0.40.4', 'v0.43.3', 'v0.59.1']) {
    assert.equal(recovered(inputAt(version, { namespace: "O'Neil & sons:x" })).namespace, "O'Neil & sons:x");
  }
});

test('an empty namespace is distinguished from an unknown one where the recipe element does', () => {
  assert.equal(recovered(inputAt('v0.31.9', { namespace: '' })).namespace, '');
  assert.equal(recovered(inputAt('v0.31.9', { namespace: 'unknown' })).namespace, 'unknown');
  assert.equal(recovered(inputAt('v0.59.1', { namespace: '' })).namespace, 'unknown');
});

test('a recipe of a different host is recovered', () => {
  const recipeFile = { path: './a b.yaml', commit: '', repository: 'https://gitlab.com/a/b+c' };
  for (const version of ['v0.40.4', 'v0.45.3', 'v0.59.1']) {
    assert.deepEqual(recovered(inputAt(version, { recipeFile })).recipeFile, recipeFile);
  }
});

test('an empty document gives nothing away', () => {
  const sbom = parseSbom(Buffer.from('{"spdxVersion":"SPDX-2.3"}')) as ReadableSbom;
  assert.deepEqual(recoverSbomInputs(sbom), {
    toolVersion: undefined,
    namespace: undefined,
    recipeFile: undefined,
    recipeLicense: undefined,
    created: undefined,
    osRelease: undefined,
    extractedOrder: [],
    extractedTexts: new Map(),
  });
});

test("the published perl-json is production's", {
  skip: skipUnless(sharedSamples, 'no samples: neither WOLFI_REPRO_SAMPLES nor beside the checkout'),
}, async () => {
  const path = join(sharedSamples!, 'perl-json-4.11-r0.apk');
  const source = { name: path, open: () => createReadStream(path) };
  const apk = await readApk(source, { keep: (name) => name.endsWith('.spdx.json') });
  const sbom = parseSbom(
    apk.data.entries.find(({ content }) => content !== undefined)!.content!,
  ) as ReadableSbom;
  assert.equal(sbom.generator, 'production');
  const { toolVersion, namespace, recipeFile, recipeLicense, created } = recoverSbomInputs(sbom);
  assert.deepEqual([toolVersion, namespace, recipeLicense], ['v0.45.3', 'wolfi', 'Apache-2.0']);
  assert.deepEqual(recipeFile, {
    path: 'perl-json.yaml',
    commit: '36535284015e3319b91d6980663f26f46d32b63b',
    repository: 'chainguard-dev/stereo',
  });
  assert.deepEqual(created, { epochSeconds: 1774154192, zoneOffsetMinutes: 0 });
  assert.deepEqual(
    sbom.sources.map(({ name }) => name),
    ['JSON'],
  );
});
