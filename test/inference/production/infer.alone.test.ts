import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  decidedText,
  formText,
  type RecordTrait,
  sampleVariant,
} from '../../../src/claim/traits/record-variant.ts';
import { inferRecord } from '../../../src/inference/production/infer.ts';
import { golden, productionGoldens, productionLab, readPackage } from './support.ts';

const traitOf = async (path: string): Promise<RecordTrait | undefined> =>
  inferRecord(await readPackage(path));

/** The lab's names of what a record holds besides the sample's, by our questions and answers. */
const names: Readonly<Record<string, readonly [question: string, answer: string]>> = {
  dependencies: ['dependencies', 'declared'],
  provides: ['provides', 'declared'],
  url: ['url', 'declared'],
  'last-licence': ['license', 'last'],
};

describe('the variant of production’s record', () => {
  for (const { file, record, form, head, reproducible } of productionGoldens) {
    if (!reproducible) continue;
    it(`is shown by the document: form ${form}, ${record.join(', ') || 'as the sample'} in ${file}`, async () => {
      const trait = await traitOf(join(productionLab, file));
      assert.equal(trait?.fit, 'id-and-cpes');
      assert.ok(trait.forms.includes(form), trait.forms.join());
      // Forms B and C differ in guesses alone.
      assert.equal(
        trait.forms.filter((each) => each !== 'B' && each !== 'C').length,
        /B|C/.test(form) ? 0 : 1,
      );
      assert.deepEqual(trait.answers.head, [head]);
      for (const [name, [question, answer]] of Object.entries(names)) {
        const answers: readonly string[] = Object.entries(trait.answers).find(
          ([each]) => each === question,
        )![1];
        // A value that the recipe does not have shows nothing.
        if (record.includes(name)) assert.ok(answers.includes(answer), `${question}: ${answers}`);
        else assert.equal(answers[0], Object.entries(sampleVariant).find(([each]) => each === question)![1]);
      }
    });
  }

  it('names every answer that fits where a package does not decide', async () => {
    const trait = await traitOf(golden('production-v0.59.1', 'libflint3-0.9.12-r4'));
    assert.deepEqual(trait?.variant, sampleVariant);
    assert.deepEqual(trait?.answers.dependencies, ['none', 'declared']);
    assert.equal(decidedText(trait!.answers), '');
  });

  it('comes only from the package itself, for each of a build', async () => {
    const [one, other] = [
      await traitOf(golden('production-v0.59.1', 'scripted-hooks-1.0_rc2-r7')),
      await traitOf(golden('production-variants-v0.59.1', 'scripted-1.0_rc2-r7')),
    ];
    assert.deepEqual([one?.fit, other?.fit], ['id-and-cpes', 'id-and-cpes']);
    assert.deepEqual([one?.variant.provides, other?.variant.provides], ['none', 'declared']);
  });

  it('is named by the switches of its form, of two forms by those that they share', async () => {
    const texts = [
      formText((await traitOf(golden('production-D', 'hello-shell-1.4.2-r3')))!),
      formText((await traitOf(golden('production-B', 'scripted-1.0_rc2-r7')))!),
      formText((await traitOf(golden('production-v0.59.1', 'hello-shell-1.4.2-r3')))!),
    ];
    assert.deepEqual(texts, [
      'form D: chainguard-build, hash generation 1, no guessed CPEs, root contained in the package',
      'form B or C: melange, hash generation 0, root contained in the package',
      'form A: melange, hash generation 0, CPEs guessed, root described by the document',
    ]);
  });

  it('is not looked for in what only melange wrote', async () => {
    assert.equal(await traitOf(golden('v0.59.1', 'hello-shell-1.4.2-r3')), undefined);
  });
});
