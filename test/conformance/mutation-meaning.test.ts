/** Recipes that say something else, or the same by other words: what must become of the package is known, and does. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { randomOf } from '../support/mutate.ts';
import { isThorough } from '../support/thorough.ts';
import { cannotRebuildFrom } from './lab-run.ts';
import { contradiction } from './mutation/campaign.ts';
import { madeBy } from './mutation/framing.ts';
import { judge } from './mutation/judge.ts';
import { architecture, assertion, condition, nesting, option, reworded } from './mutation/meaning.ts';
import { openSubject, type Subject } from './mutation/subject.ts';

/** A recipe with conditions, nested steps and subpackages, in the old grammar of conditions. */
const file = 'repository/v0.23.16/x86_64/varied-3.12.0-r2.apk';
const kinds = { condition, assertion, nesting, option, architecture };
const each = isThorough ? 8 : 2;

describe('a recipe with a different meaning', { skip: cannotRebuildFrom(file), concurrency: false }, () => {
  let subject: Subject;
  before(async () => {
    subject = await openSubject({ file });
  });
  after(() => subject.close());

  for (const [title, rewording] of Object.entries(kinds)) {
    it(`makes a different package or none, and one with the same meaning makes the same package: ${title}`, async () => {
      const random = randomOf(20_240_615);
      const mutants = [];
      while (mutants.length < each) {
        const change = reworded(subject, rewording, random)!;
        const bytes = await madeBy(change, subject);
        const { what, expected = 'any' } = change;
        if (!Buffer.from(bytes).equals(subject.published)) mutants.push({ what, expected, bytes });
      }
      for await (const { mutant, result } of judge(mutants, subject.name, subject.options))
        assert.equal(contradiction(mutant.expected, result), undefined, mutant.what);
    });
  }
});
