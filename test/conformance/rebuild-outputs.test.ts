/** All that a recipe makes, written by one build. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import type { Engine, RebuiltPackage } from '../../src/engine/engine.ts';
import { Failure } from '../../src/failure.ts';
import { type RebuiltOutput, rebuildOutputs } from '../../src/rebuild.ts';
import { codeOf } from '../support/failures.ts';
import { filesBelow, temporaryFolder } from '../support/folder.ts';
import { lab } from '../support/lab.ts';
import { cannotRebuildFrom, labOptions } from './lab-run.ts';

const published = (name: string, version = 'v0.59.1') => join(lab, 'repository', version, 'x86_64', name);
const [flint, dev, shared] = ['flint', 'flint-dev', 'libflint3'].map((name) =>
  published(`${name}-0.9.12-r4.apk`),
) as [string, string, string];
const random = published('nr-random-1.0.0-r0.apk');
const truncated = join(lab, 'invalid/truncated.apk');
const signingKey = parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa')));

/** What became of each, by name. */
function outcomes(outputs: readonly RebuiltOutput[]) {
  return Object.fromEntries(
    outputs.map(({ name, outcome, published: given }) => [
      basename(name),
      outcome instanceof Failure ? outcome.code : (given?.isEqual ?? 'written'),
    ]),
  );
}

describe('all outputs of a build', { skip: cannotRebuildFrom(flint, random) }, () => {
  it('are those that were published, whether they were given or not, and what differs is said to', async (test) => {
    const directory = temporaryFolder(test);
    const steps: string[] = [];
    const outputs = await rebuildOutputs(
      [shared, random, truncated, flint],
      { directory, signingKey },
      labOptions({
        onProgress: (event) =>
          void (event.kind === 'stage' && event.stage === 'rebuild' && steps.push(event.subject)),
      }),
    );
    assert.deepEqual(outcomes(outputs), {
      libflint3: true,
      flint: true,
      'flint-dev': 'written',
      'nr-random': false,
      'truncated.apk': 'malformed',
    });
    assert.deepEqual(steps.sort(), ['flint', 'nr-random']);
    // The lab's own key signs as the publisher did, so whole files can be compared.
    for (const file of [flint, dev, shared])
      assert.ok(readFileSync(join(directory, 'x86_64', basename(file))).equals(readFileSync(file)), file);
    assert.equal(filesBelow(directory).length, 4);
  });

  it('are refused before anything is built where two have one file, or one is that of a published one', async (test) => {
    const directory = temporaryFolder(test);
    const engine: Engine = { name: 'builtin', rebuild: () => assert.fail('something was built') };
    const refused = (files: readonly string[], into = directory) =>
      codeOf(() => rebuildOutputs(files, { directory: into, signingKey: undefined }, labOptions({ engine })));
    assert.equal(await refused([flint, flint]), 'usage');
    // A different build with the same names.
    assert.equal(await refused([flint, published('flint-0.9.12-r4.apk', 'v0.45.3')]), 'usage');
    const repository = join(directory, 'repository');
    mkdirSync(join(repository, 'x86_64'), { recursive: true });
    const copy = join(repository, 'x86_64', basename(flint));
    copyFileSync(flint, copy);
    assert.equal(await refused([copy], repository), 'usage');
    assert.ok(readFileSync(copy).equals(readFileSync(flint)));
    const taken = join(directory, 'taken');
    mkdirSync(join(taken, 'x86_64', basename(dev)), { recursive: true });
    assert.equal(await refused([flint], taken), 'usage');
    const blocked = join(directory, 'blocked');
    mkdirSync(blocked);
    writeFileSync(join(blocked, 'x86_64'), '');
    assert.equal(await refused([flint], blocked), 'usage');
  });

  it('fail each for itself, and all where the build fails', async (test) => {
    const directory = temporaryFolder(test);
    const missing = new Failure('output-missing', 'the build left no output folder');
    const made = (plan: RebuiltPackage['plan']): RebuiltPackage => ({
      plan,
      outcome: missing,
      scan: undefined,
      caveats: [],
      facts: undefined,
      reemit: undefined,
      otherwise: undefined,
    });
    const engines: readonly (readonly [string, Engine['rebuild']])[] = [
      [
        'output-missing',
        async ({ plans }) => ({ packages: plans.map(made), dispose: async () => undefined }),
      ],
      ['step-failed', () => Promise.reject(new Failure('step-failed', 'a step of a test failed'))],
    ];
    for (const [code, rebuild] of engines) {
      const given = labOptions({ engine: { name: 'builtin', rebuild } });
      const outputs = await rebuildOutputs([dev], { directory, signingKey: undefined }, given);
      assert.deepEqual(outcomes(outputs), { 'flint-dev': code, flint: code, libflint3: code });
    }
    assert.deepEqual(filesBelow(directory), []);
  });
});
