import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decidedText, type RecordTrait, sampleVariant } from '../../../../src/claim/traits/record-variant.ts';
import { inferRecord } from '../../../../src/emit/sbom/production/infer.ts';
import { golden, productionGoldens, productionLab, readPackage } from './support.ts';

const traits = async (...paths: string[]): Promise<(RecordTrait | undefined)[]> =>
  (await Promise.all(paths.map(readPackage))).map(inferRecord);

/** The lab's names of what a record holds besides the sample's, by our questions and answers. */
const names: Readonly<Record<string, readonly [question: string, answer: string]>> = {
  dependencies: ['dependencies', 'declared'],
  provides: ['provides', 'declared'],
  url: ['url', 'declared'],
  'last-licence': ['license', 'last'],
};

describe('the variant of production’s record', () => {
  for (const { file, record } of productionGoldens) {
    it(`is told by the document: ${record.join(', ') || 'as the sample'} in ${file}`, async () => {
      const [trait] = await traits(join(productionLab, file));
      assert.equal(trait?.fit, 'id-and-cpes');
      for (const [name, [question, answer]] of Object.entries(names)) {
        const answers: readonly string[] = Object.entries(trait.answers).find(
          ([each]) => each === question,
        )![1];
        // What the recipe does not have cannot tell.
        if (record.includes(name)) assert.ok(answers.includes(answer), `${question}: ${answers}`);
        else assert.equal(answers[0], Object.entries(sampleVariant).find(([each]) => each === question)![1]);
      }
    });
  }

  it('names every answer that fits where a package cannot tell', async () => {
    const [trait] = await traits(golden('production-v0.59.1', 'libflint3-0.9.12-r4'));
    assert.deepEqual(trait?.variant, sampleVariant);
    assert.deepEqual(trait?.answers.dependencies, ['none', 'declared']);
    assert.equal(decidedText(trait!.answers), '');
  });

  it('is not looked for in what melange alone wrote', async () => {
    assert.deepEqual(await traits(golden('v0.59.1', 'hello-shell-1.4.2-r3')), [undefined]);
  });
});
