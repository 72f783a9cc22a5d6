/** SBOMs of production, written again without a rebuild. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sbomEntryOf } from '../../src/claim/sbom/sbom-entry.ts';
import { sha1 } from '../../src/digest.ts';
import { scanNamed } from '../../src/inference/language-scan.ts';
import type { PathChange } from '../../src/inference/production/path-search.ts';
import { witnessPaths } from '../../src/inference/production/witness.ts';
import { regenerateSbom } from '../../src/inference/regenerated-sbom.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { sharedSamples, skipUnless } from '../support/lab.ts';
import { golden, productionGoldens, productionLab, readPackage } from './production/support.ts';

describe('a production package of the lab', () => {
  for (const { file, reproducible, languagePackages } of productionGoldens) {
    if (!reproducible) continue;
    it(`has the SBOM that is regenerated from its recipe, paths and files: ${file}`, async () => {
      const path = join(productionLab, file);
      const { apk, claim } = await readPackage(path);
      const scan = await scanNamed(fileSource(path), { apk, claim });
      assert.equal(scan?.found.length ?? 0, languagePackages);
      assert.deepEqual(regenerateSbom(apk, claim, scan), { state: 'identical' });
      assert.equal(witnessPaths(apk, claim).state, 'paths-match');
    });
  }
});

/** Whose record names other paths than they have. */
const wrong: Readonly<Record<string, PathChange>> = {
  'hello-shell': { surplus: ['usr/bin/hello-bash'], missing: [] },
  'flint-dev': { surplus: ['usr/include', 'usr/include/flint.h'], missing: [] },
  libpebble: { surplus: [], missing: ['usr/lib/libpebble.a'] },
};

describe('a package whose SBOM was made from different paths', () => {
  for (const { file, reproducible } of productionGoldens) {
    if (reproducible) continue;
    it(`has them named: ${file}`, async () => {
      const { apk, claim } = await readPackage(join(productionLab, file));
      const witness = witnessPaths(apk, claim);
      assert.equal(witness.state, 'paths-differ');
      const { surplus, missing } = witness as PathChange;
      assert.deepEqual({ surplus, missing }, wrong[claim.name]);
      const regenerated = regenerateSbom(apk, claim);
      const kinds = regenerated.state === 'different' ? regenerated.differences.map(({ kind }) => kind) : [];
      assert.deepEqual(kinds, ['other-id']);
    });
  }
});

describe('a package whose builder printed a version that comes after the newest known one', () => {
  it('is read by the rules of that version and of its neighbours', async () => {
    const { apk, claim } = await readPackage(golden('production-D-newer', 'hello-shell-1.4.2-r3'));
    assert.equal(claim.traits.printedVersion, 'v0.59.4');
    assert.equal(claim.traits.melange.basis, 'assumed');
    assert.equal(regenerateSbom(apk, claim).state, 'identical');
  });
});

describe('perl-json, which Wolfi published', {
  skip: skipUnless(sharedSamples, 'the samples are not beside the checkout'),
}, () => {
  const path = join(sharedSamples ?? '', 'perl-json-4.11-r0.apk');

  it('has the SBOM that is regenerated from its recipe and paths', async () => {
    const { apk, claim } = await readPackage(path);
    assert.deepEqual(regenerateSbom(apk, claim), { state: 'identical' });
    const published = sbomEntryOf(apk)!.content!;
    assert.equal(sha1(published), 'f2b0891e51de8e3a5ca962afca53f8102bc27533');
    assert.deepEqual(witnessPaths(apk, claim), {
      state: 'paths-match',
      id: '910f222bbcc117b0',
      paths: 19,
    });
  });
});

describe('a package that only melange wrote', () => {
  it('has the SBOM that is regenerated, and no witness', async () => {
    const { apk, claim } = await readPackage(
      join(productionLab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk'),
    );
    assert.deepEqual(regenerateSbom(apk, claim), { state: 'identical' });
    assert.deepEqual(witnessPaths(apk, claim), { state: 'no-record' });
  });
});
