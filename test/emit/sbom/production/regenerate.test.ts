/** SBOMs of production, written anew without a rebuild. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sbomEntryOf } from '../../../../src/claim/sbom/place.ts';
import { regenerateSbom } from '../../../../src/compare/regenerated-sbom.ts';
import { sha1 } from '../../../../src/digest.ts';
import { witnessPaths } from '../../../../src/emit/sbom/production/witness.ts';
import { sharedSamples, skipUnless } from '../../../support/lab.ts';
import { productionGoldens, productionLab, readPackage } from './support.ts';

describe('a production package of the lab', () => {
  for (const { file } of productionGoldens) {
    it(`has the SBOM that is regenerated from its recipe and paths: ${file}`, async () => {
      const { apk, claim } = await readPackage(join(productionLab, file));
      assert.deepEqual(regenerateSbom(apk, claim), { state: 'identical' });
      assert.equal(witnessPaths(apk, claim).state, 'paths-match');
    });
  }
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

describe('a package that melange alone wrote', () => {
  it('has the SBOM that is regenerated, and no witness', async () => {
    const { apk, claim } = await readPackage(
      join(productionLab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk'),
    );
    assert.deepEqual(regenerateSbom(apk, claim), { state: 'identical' });
    assert.deepEqual(witnessPaths(apk, claim), { state: 'no-record' });
  });
});
