/** Results that are joined by the real program: what is missing, and what that does to the exit code. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { renderJson } from '../../src/report/json-report.ts';
import { renderJsonLines } from '../../src/report/jsonl-report.ts';
import { statedRun } from '../../src/verdict/stated.ts';
import { temporaryFolder } from '../support/folder.ts';
import { program } from '../support/lab.ts';
import { reproduced } from '../support/results.ts';
import { shardRun } from '../support/runs.ts';

it('fail where a shard is missing or was cut short, unless that is said to be wanted', (test) => {
  const folder = temporaryFolder(test);
  const run = (...argv: readonly string[]) =>
    spawnSync(process.execPath, [program, 'report', ...argv], { cwd: folder, encoding: 'utf8' });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => reproduced(`${name}.apk`));
  writeFileSync(
    join(folder, '1.json'),
    renderJson(statedRun([a!, b!], { runs: [shardRun(1, 3, { judged: 2 })] })),
  );
  const lines = renderJsonLines(statedRun([c!], { runs: [shardRun(2, 3, { judged: 1 })] }));
  writeFileSync(join(folder, '2.jsonl'), lines.slice(0, -20));
  const failing = run('--fail-on', 'none', '1.json', '2.jsonl');
  assert.equal(failing.status, 4, failing.stderr);
  assert.match(
    failing.stdout,
    /^3 packages: 3 reproduced\nno result of shard 3\/3\nshard 2\/3 was cut short: it judged 1 of 2 packages$/m,
  );
  const wanted = run('--allow-incomplete', '--format', 'json', '1.json', '2.jsonl');
  assert.equal(wanted.status, 0, wanted.stderr);
  const { exitCode, incomplete } = JSON.parse(wanted.stdout);
  assert.deepEqual([exitCode, incomplete.isAllowed, incomplete.gaps.length], [0, true, 2]);
});
