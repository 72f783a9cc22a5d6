import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeCases } from '../support/known-cases.ts';

/** Cases in which a cause is not named yet: their formats are not read. */
const open: ReadonlySet<string> = new Set(['cpio-mtimes-gz', 'ttf-head-modified']);

describe('the cases of fixtures/cases', async () => {
  for (const { name, what, answers, unshown } of await judgeCases()) {
    it(`have the right causes for ${what}`, () => {
      const wrong = answers.filter((answer) => answer.wrong.length > 0);
      assert.deepEqual(wrong, []);
      assert.deepEqual(unshown, []);
      if (!open.has(name))
        assert.deepEqual(
          answers.flatMap(({ missing }) => missing),
          [],
        );
    });
  }
});
