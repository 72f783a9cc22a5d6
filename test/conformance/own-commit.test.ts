/** Recipes that name a commit themselves: `.PKGINFO` has that, the SBOM the commit of the recipe's file. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { verify } from '../../src/verify.ts';
import { lab } from '../support/lab.ts';
import { assertReproduced, cannotRebuild, labOptions } from './lab-run.ts';

describe('packages whose recipe names a commit itself', { skip: cannotRebuild }, () => {
  it('come out reproduced, without a contradiction, and the other commit is shown as taken over', async () => {
    const names = ['own-commit', 'own-commit-sub', 'own-commit-other'];
    const files = names.map((name) => join(lab, `repository/own-commit/x86_64/${name}-1-r0.apk`));
    const { packages } = await verify(files, labOptions());
    for (const result of packages) {
      assertReproduced(result, 'valid');
      assert.ok(!result.findings.some(({ kind }) => kind === 'contradiction'));
      assert.equal(result.plan?.plan.builder.recipeNamesCommit, true);
    }
  });
});
