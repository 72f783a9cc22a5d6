/** Random mutants of packages of every fourth recipe; `npm run mutants` tries twenty thousand. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isThorough, oneIn } from '../support/thorough.ts';
import { cannotRebuildFrom } from './lab-run.ts';
import { dueOf, judgeMutants, oneOfEachRecipe } from './mutation/campaign.ts';

const mutants = isThorough ? 400 : 12;
/** Each run of the suite tries the same; the command takes a different seed. */
const seed = 20_240_615;
const stepSeconds = 5;

describe('packages changed at random', { skip: cannotRebuildFrom() }, () => {
  const packages = oneOfEachRecipe().filter(oneIn(4));
  const due = dueOf(packages, mutants);
  for (const [index, each] of packages.entries()) {
    const skip = cannotRebuildFrom(join(each.folder, each.file));
    it(`are not reproduced: ${due[index]} of ${each.file}`, { skip }, async () => {
      const { verdicts, defects } = await judgeMutants(each, due[index]!, seed + index, stepSeconds);
      assert.deepEqual(defects, []);
      const judged = Object.values(verdicts).flatMap((counts) => Object.values(counts));
      assert.equal(
        judged.reduce((sum, times) => sum + times, 0),
        due[index],
      );
    });
  }
});
