import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { jsonLines } from '../../src/dataset/dataset-lines.ts';
import { readObservations } from '../../src/dataset/observations.ts';
import { temporaryFolder } from '../support/folder.ts';
import { root } from '../support/lab.ts';
import { makeRepository, recordsOf } from '../support/sweep-records.ts';

function simulated(...argv: readonly string[]): string {
  const script = join(root, 'scripts/scale.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...argv], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

describe('the simulation of all of Wolfi', () => {
  it('gives what docs/scale.md shows', () => {
    assert.ok(readFileSync(join(root, 'docs/scale.md'), 'utf8').includes(simulated()));
  });

  it('takes the times that a dataset has', async (test) => {
    const rows = await readObservations(recordsOf(makeRepository(60)));
    const file = join(temporaryFolder(test), 'verdicts.jsonl');
    writeFileSync(file, [...jsonLines(rows)].join(''));
    assert.match(simulated(file), /^measured: 6802 builds, \d+ hours of a slot/);
  });
});
