/**
 * Packages whose recipe differs in one point from the one that built them, and which would come out equal if that point were
 * ignored: what a real melange would not make must not be reproduced. `build-loop.test.ts` compares the same table
 * with a real melange.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { controlFile } from '../../src/apk/apk.ts';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import { controlEntries, emitControl } from '../../src/emit/own-sections.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { compiledRecipe, editedRecipe, loopCases } from '../support/build-loop.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fixtures, lab } from '../support/lab.ts';
import { labPackage } from '../support/lab-packages.ts';
import { oneIn } from '../support/thorough.ts';
import { cannotRebuild, explain, labOptions } from './lab-run.ts';

const golden = 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk';

describe('what a recipe says in one point', { skip: cannotRebuild }, () => {
  let compiled: string;
  before(async () => {
    compiled = await compiledRecipe();
  });

  for (const each of loopCases.filter(oneIn(3))) {
    const reproduced = each.ours === 'same' && each.shows === undefined;
    it(`${each.rule}: ${reproduced ? '' : 'not '}reproduced`, async (context) => {
      const file = join(temporaryFolder(context), 'hello-shell-1.4.2-r3.apk');
      writeFileSync(file, await forged(editedRecipe(compiled, each)));
      const { packages } = await verify([file], labOptions({ allowUnsigned: true }));
      assert.equal(packages[0]!.verdict.kind === 'reproduced', reproduced, explain(packages[0]!));
    });
  }
});

describe('a package that was forged', { skip: cannotRebuild }, () => {
  const verdictOf = async (name: string): Promise<PackageResult> =>
    (await verify([join(fixtures, 'attacks', name, 'hello-shell-1.4.2-r3.apk')], labOptions())).packages[0]!;

  it('of a subpackage that melange skips: it has no part in plan, build and SBOM', async () => {
    const { verdict, plan } = await verdictOf('subpackage-if');
    assert.deepEqual([verdict.kind, 'reason' in verdict && verdict.reason], ['not-reproduced', 'content']);
    assert.deepEqual(
      plan!.plan.steps.map((step) => step.package),
      ['hello-shell'],
    );
  });

  it('of an assertion that does not hold: the build fails', async () => {
    const { verdict } = await verdictOf('assertions');
    assert.deepEqual(
      [verdict.kind, 'reason' in verdict && verdict.reason],
      ['build-failed', 'assertion-failed'],
    );
  });
});

/** The golden with another recipe in it, put together as melange puts packages together; unsigned. */
async function forged(recipe: string): Promise<Buffer> {
  const apk = await labPackage(golden);
  const bytes = readFileSync(join(lab, golden));
  const { scriptlets } = parseRecipe(Buffer.from(recipe)).recipe.package;
  const pkginfo = controlFile(apk, '.PKGINFO')!;
  const entries = controlEntries({ pkginfo, recipe: Buffer.from(recipe), scriptlets }, 1_718_452_800);
  return Buffer.concat([emitControl(entries, 'v1.18.2'), bytes.subarray(apk.data.start, apk.data.end)]);
}
