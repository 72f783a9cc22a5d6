/** What the real program says of a sweep. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { makeFolder } from '../support/folder.ts';
import { keepSweep } from '../support/kept-sweep.ts';
import { program } from '../support/lab.ts';
import { schemaValidator } from '../support/schemas.ts';
import { makeRepository } from '../support/sweep-records.ts';

const folder = makeFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

function run(...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'status', ...argv], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('wolfi-repro status', () => {
  before(() => keepSweep(folder, makeRepository(120)));

  it('says of what share packages reproduce, and why others were not judged', () => {
    const { status, stdout, stderr } = run(folder);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(
      stdout,
      /^sweep running: \d+ queued, 0 running, \d+ settled, 0 given up\n\d+ of \d+ judged packages reproduce/,
    );
    assert.match(stdout, /\nnot judged\n {2}\d+ +inconclusive \(environment-unavailable\)/);
    assert.deepEqual(run('show', folder).stdout, stdout);
  });

  it('prints JSON that fits its schema, as a whole and in parts', () => {
    const validate = schemaValidator('status-1');
    for (const what of ['show', 'regressions', 'flaky', 'next']) {
      const { status, stdout, stderr } = run(what, '--format', 'json', folder);
      assert.equal(status, 0, stderr);
      const value: object = JSON.parse(stdout);
      assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
      if (what !== 'show') assert.deepEqual(Object.keys(value), [what, 'schema'].sort());
    }
  });

  it('watches until a sweep is over, one line for each change where there is no terminal', async (test) => {
    const other = makeFolder();
    test.after(() => rmSync(other, { recursive: true, force: true }));
    const { jobs, verdicts } = makeRepository(10);
    const judged = new Set(verdicts.map(({ job }) => job));
    await keepSweep(other, { jobs: jobs.filter(({ key }) => judged.has(key)), attempts: [], verdicts });
    const { status, stdout } = run('show', '--watch', other);
    assert.equal(status, 0);
    assert.match(stdout, /^sweep running: 0 queued, 0 running, \d+ settled, 0 given up\n$/);
  });

  it('refuses a folder without a sweep, and JSON that would be watched', () => {
    assert.equal(run('/proc').status, 2);
    assert.equal(run(`${folder}/none`).status, 2);
    assert.equal(run('show', '--watch', '--format', 'json', folder).status, 2);
  });
});
