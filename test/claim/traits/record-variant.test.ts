import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  answersOf,
  decidedText,
  productionForms,
  recordQuestions,
  recordVariants,
  sampleVariant,
  settledAnswers,
  undecidedQuestions,
} from '../../../src/claim/traits/record-variant.ts';

describe('the variants of a record', () => {
  it('are every combination of the answers, that of the sample first', () => {
    const combinations = productionForms.map(({ answers }) =>
      Object.values(answers).reduce((product, { length }) => product * length, 1),
    );
    const sum = combinations.reduce((all, each) => all + each, 0);
    assert.equal(recordVariants.length, sum);
    assert.equal(new Set(recordVariants.map((variant) => JSON.stringify(variant))).size, sum);
    assert.equal(recordVariants[0], sampleVariant);
    for (const [question, [first]] of Object.entries(recordQuestions)) {
      assert.equal(Object.entries(sampleVariant).find(([each]) => each === question)?.[1], first);
    }
  });

  it('are described by what they decide and by what they leave open', () => {
    const declared = { ...sampleVariant, url: 'declared' } as const;
    const answers = answersOf([sampleVariant, declared]);
    assert.deepEqual(answers.url, ['none', 'declared']);
    assert.deepEqual(undecidedQuestions(answers), ['url']);
    assert.match(decidedText(answers), /^license joined, emptyTree root, /);
    const all = answersOf(recordVariants);
    assert.equal(decidedText(all), '');
    const settled: readonly string[] = Object.keys(settledAnswers);
    const open = Object.keys(recordQuestions).filter((question) => !settled.includes(question));
    assert.deepEqual(undecidedQuestions(all), open);
  });

  it('are of forms that differ, each with the settled answer first', () => {
    const switches = productionForms.map(({ name: _, seen: __, answers: ___, ...own }) =>
      JSON.stringify(own),
    );
    assert.equal(new Set(switches).size, productionForms.length);
    for (const { answers } of productionForms) {
      for (const [question, answer] of Object.entries(settledAnswers)) {
        assert.equal(answers[question as keyof typeof settledAnswers][0], answer);
      }
    }
  });
});
