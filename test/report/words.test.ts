import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimFindingTitles } from '../../src/claim/findings.ts';
import { differenceTitles } from '../../src/compare/difference.ts';
import { Failure, type FailureCode, failureClasses } from '../../src/failure.ts';
import { docsAnchor, nextSteps, verdictTitles } from '../../src/report/words.ts';
import { verdictOfFailure, verdictOrder } from '../../src/verdict/verdict.ts';

test('every verdict has a title, and every reason of a failure a next step and a place in the documentation', () => {
  assert.deepEqual(Object.keys(verdictTitles).sort(), [...verdictOrder].sort());
  const steps: Readonly<Record<string, string>> = nextSteps;
  for (const code of Object.keys(failureClasses) as FailureCode[]) {
    const verdict = verdictOfFailure(new Failure(code, 'text'));
    if (verdict === undefined) continue;
    assert.ok((steps[code] ?? '').length > 10, code);
    assert.equal(docsAnchor(verdict), `docs/verdicts.md#${code}`);
  }
  for (const likeness of ['recompressed', 'sbom-only', 'metadata-only', 'content']) {
    assert.ok((steps[likeness] ?? '').length > 10, likeness);
  }
});

test('every kind of finding and difference has a title, each a different one', () => {
  for (const table of [claimFindingTitles, differenceTitles]) {
    const titles = Object.values(table);
    assert.ok(titles.every((title) => title.length > 0));
    assert.equal(new Set(titles).size, titles.length);
  }
});
