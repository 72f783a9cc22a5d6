import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  answersOf,
  decidedText,
  recordQuestions,
  recordVariants,
  sampleVariant,
  undecidedQuestions,
} from '../../../src/claim/traits/record-variant.ts';

describe('the variants of a record', () => {
  it('are every combination of the answers, that of the sample first', () => {
    const combinations = Object.values(recordQuestions).reduce((product, { length }) => product * length, 1);
    assert.equal(recordVariants.length, combinations);
    assert.equal(new Set(recordVariants.map((variant) => JSON.stringify(variant))).size, combinations);
    assert.equal(recordVariants[0], sampleVariant);
    for (const [question, [first]] of Object.entries(recordQuestions)) {
      assert.equal(Object.entries(sampleVariant).find(([each]) => each === question)?.[1], first);
    }
  });

  it('are named by what they decide, and by what they leave open', () => {
    const declared = { ...sampleVariant, url: 'declared' } as const;
    const answers = answersOf([sampleVariant, declared]);
    assert.deepEqual(answers.url, ['none', 'declared']);
    assert.deepEqual(undecidedQuestions(answers), ['url']);
    assert.match(decidedText(answers), /^dependencies none, provides none, license joined, /);
    assert.equal(decidedText(answersOf(recordVariants)), '');
    assert.deepEqual(undecidedQuestions(answersOf(recordVariants)), Object.keys(recordQuestions));
  });
});
