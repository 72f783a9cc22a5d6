/** Every package that real melange wrote in the lab: its verdict by rebuilding it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { type Golden, goldens, lab, sharedLab } from '../support/lab.ts';
import { packedSources } from '../support/sources.ts';
import { isThorough, oneIn } from '../support/thorough.ts';
import {
  assertReproduced,
  cannotRebuildFrom,
  cannotRebuildShared,
  differencesOf,
  explain,
  labOptions,
  nameOf,
  optionsOf,
  verifyGoldens,
} from './lab-run.ts';

const ours = goldens();

/** A regular sample of the versions of each recipe; `npm run fidelity` has all of them. */
function sampled(list: readonly Golden[]): Golden[] {
  return [...list].sort((a, b) => (a.recipe < b.recipe ? -1 : a.recipe > b.recipe ? 1 : 0)).filter(oneIn(10));
}

describe('goldens that are reproducible', { skip: cannotRebuildFrom(), concurrency: false }, () => {
  const all = sampled(ours.filter(({ reproducible }) => reproducible));
  for (const [title, group] of grouped(rebuildable(all, lab))) {
    it(`come out reproduced: ${title}`, async () => {
      await assertAllReproduced(group, lab, {});
    });
  }
});

describe('goldens whose recipes carry melange’s own pipelines', {
  skip: cannotRebuildShared(),
  concurrency: false,
}, () => {
  const known = new Set(ours.map(({ file }) => file));
  // Their sources come from Debian's archive, which `npm run fidelity` reads and no test does.
  const archived = /^recipes\/(zip|lzo)\.yaml$/;
  const theirs = (sharedLab === undefined ? [] : goldens(sharedLab)).filter(
    ({ file, recipe, reproducible }) => reproducible && !known.has(file) && !archived.test(recipe),
  );
  for (const [title, group] of grouped(rebuildable(sampled(theirs), sharedLab ?? lab))) {
    it(`come out reproduced: ${title}`, async () => {
      const { cache, mirror } = packedSources();
      await assertAllReproduced(group, sharedLab!, { sourceCaches: [cache], sourceMirrors: [mirror] });
    });
  }
});

/** Goldens whose cause need not show: chance may give the same bytes, and one machine may be like the other. */
const mayAgree: ReadonlySet<string> = new Set(['nr-file-order', 'nr-parallel', 'nr-nproc']);

describe('goldens that are not reproducible', { skip: cannotRebuildFrom(), concurrency: false }, () => {
  const group = rebuildable(
    // `npm run causes` has those of every version.
    ours.filter(({ reproducible, melange }) => !reproducible && (isThorough || melange === 'v0.59.1')),
    lab,
  );
  const runs = new Map<string, ReturnType<typeof verifyGoldens>>();
  const verified = (melange: string) => {
    const ofVersion = group.filter((golden) => golden.melange === melange);
    const run = runs.get(melange) ?? verifyGoldens(ofVersion, lab, labOptions());
    runs.set(melange, run);
    return run;
  };
  for (const golden of group) {
    it(`name the file that differs: ${golden.melange} ${nameOf(golden)} (${golden.cause})`, async (t) => {
      const [, result] = (await verified(golden.melange)).find(([each]) => each === golden)!;
      if (result.verdict.kind === 'reproduced' && mayAgree.has(nameOf(golden).replace(/-1\.0\.0-r0$/, ''))) {
        t.diagnostic(`reproduced: ${golden.cause} happens not to show here`);
        return;
      }
      assert.equal(result.verdict.kind, 'not-reproduced', explain(result));
      const paths = differencesOf(result.verdict).map(({ path }) => path);
      assert.ok(paths.includes(golden.differs!), explain(result));
    });
  }

  it('are not reproduced by a hidden input even where the folder beside the recipe is given without it', async () => {
    const hidden = group.filter(({ recipe }) => recipe === 'recipes/nr-hidden-input.yaml');
    const options = labOptions({ sourceDirectory: join(lab, 'recipes/modes') });
    for (const [, result] of await verifyGoldens(hidden, lab, options)) {
      assert.equal(result.verdict.kind, 'not-reproduced', explain(result));
    }
  });
});

/** Goldens whose recorded environment is present; the others become skipped tests, each with the reason. */
function rebuildable(list: readonly Golden[], folder: string): Golden[] {
  return list.filter((golden) => {
    const skip = cannotRebuildFrom(join(folder, golden.file));
    if (skip !== false) it(`are rebuilt: ${golden.melange} ${nameOf(golden)}`, { skip });
    return skip === false;
  });
}

async function assertAllReproduced(
  group: readonly Golden[],
  folder: string,
  extra: Partial<RunOptions>,
): Promise<void> {
  const options = labOptions({ ...optionsOf(group[0]!, folder), ...extra });
  for (const [golden, result] of await verifyGoldens(group, folder, options)) {
    assertReproduced(result, golden.signed ? 'valid' : 'unsigned');
  }
}

/** Goldens of one version that need the same options: one run for each. */
function grouped(list: readonly Golden[]): [string, Golden[]][] {
  const groups = new Map<string, Golden[]>();
  for (const golden of list) {
    const { melange, signed, sourceDir } = golden;
    const title = `${melange}${signed ? '' : ', unsigned'}${sourceDir === undefined ? '' : `, with ${sourceDir}`}`;
    groups.set(title, [...(groups.get(title) ?? []), golden]);
  }
  return [...groups].map(([title, group]) => [
    `${title}: ${[...new Set(group.map(({ recipe }) => recipe.slice(8, -5)))].join(' ')}`,
    group,
  ]);
}
