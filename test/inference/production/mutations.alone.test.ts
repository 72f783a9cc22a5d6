/** Tampering with a production package shows without a rebuild: by SPDX element, or by the witness. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { inferRecord } from '../../../src/inference/production/infer.ts';
import { recordFindings } from '../../../src/inference/production/record-findings.ts';
import { witnessPaths } from '../../../src/inference/production/witness.ts';
import { regenerateSbom } from '../../../src/inference/regenerated-sbom.ts';
import { oneIn } from '../../support/thorough.ts';
import { mutatedForms, mutations } from './mutations.ts';
import { bytesSource, golden, readPackage } from './support.ts';

const findings = {
  'paths-match': 'sbom-paths-match',
  'paths-differ': 'sbom-paths-differ',
  unknown: 'sbom-record-unknown',
} as const;

for (const folder of mutatedForms) {
  describe(`a production package of ${folder} that was tampered with`, () => {
    for (const { what, apply, explained, paths, change } of mutations.filter(oneIn(2))) {
      it(`is detected by its SBOM: ${what}`, async () => {
        const bytes = await apply(golden(folder, 'scripted-1.0_rc2-r7'));
        const { apk, claim } = await readPackage(bytesSource('scripted-1.0_rc2-r7.apk', bytes));
        const witness = witnessPaths(apk, claim);
        assert.equal(witness.state, paths);
        if (witness.state === 'paths-differ') {
          const { surplus, missing } = witness;
          assert.deepEqual({ surplus, missing }, change);
        }
        const regenerated = regenerateSbom(apk, claim);
        assert.equal(regenerated.state, 'different');
        const differences = regenerated.state === 'different' ? regenerated.differences : [];
        for (const expected of explained) {
          const named = differences.some((each) => isDeepStrictEqual({ ...each, ...expected }, each));
          assert.ok(named, JSON.stringify(differences, undefined, 1));
        }
        const trait = inferRecord({ apk, claim });
        const kinds = recordFindings(witness, trait).map(({ kind }) => kind);
        assert.ok(kinds.includes(findings[paths]));
        assert.equal(kinds.includes('sbom-record-unexplained'), trait?.fit === 'id');
      });
    }
  });
}
