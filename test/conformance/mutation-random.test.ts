/** A few hundred mutants by chance; `npm run test:slow` tries twenty thousand. */
import { describe, it } from 'node:test';
import { cannotRebuild } from './lab-run.ts';
import { assertRandomNeverReproduced, oneOfEachRecipe } from './mutation/campaign.ts';

const mutants = 400;
/** Each run of the suite tries the same; the slow one takes another seed. */
const seed = 20_240_615;

describe('packages changed by chance', { skip: cannotRebuild }, () => {
  it('are not reproduced', async () => {
    await assertRandomNeverReproduced(oneOfEachRecipe(), mutants, seed);
  });
});
