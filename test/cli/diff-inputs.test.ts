/** What `diff` and `report` read: standard input, pipes, saved results. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { renderJson } from '../../src/report/json-report.ts';
import { renderJunit } from '../../src/report/junit-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { statedRun } from '../../src/verdict/stated.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fixtures, program } from '../support/lab.ts';
import { everything } from '../support/runs.ts';

const pair = join(fixtures, 'pairs/format-text');
const run = (argv: readonly string[], input: Buffer | string = '', env: NodeJS.ProcessEnv = process.env) =>
  spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', input, env });

it('a side that is read once, from standard input or a pipe, gives what the file gives, and leaves nothing', (test) => {
  const folder = temporaryFolder(test);
  const env = { ...process.env, TMPDIR: folder };
  const [published, rebuilt] = ['published', 'rebuilt'].map((side) => join(pair, `${side}.apk`)) as [
    string,
    string,
  ];
  const ofFiles = run(['diff', published, rebuilt]);
  assert.equal(ofFiles.status, 1, ofFiles.stderr);
  const piped = run(['diff', '-', rebuilt], readFileSync(published), env);
  assert.deepEqual([piped.status, piped.stdout], [1, ofFiles.stdout], piped.stderr);
  const script = `exec "$0" "$1" diff <(cat "$2") <(cat "$3")`;
  const argv = ['-c', script, process.execPath, program, published, rebuilt];
  const pipes = spawnSync('bash', argv, { encoding: 'utf8', env });
  assert.deepEqual([pipes.status, pipes.stdout], [1, ofFiles.stdout], pipes.stderr);
  assert.deepEqual(readdirSync(folder), []);
  assert.equal(run(['diff', '-', '-']).status, 2);
});

it('saved results are shown as the run was, joined, and exit with the worst verdict', (test) => {
  const folder = temporaryFolder(test);
  const { packages } = everything();
  const save = (name: string, some: readonly PackageResult[]) => {
    writeFileSync(join(folder, name), renderJson(runResult(some)));
    return join(folder, name);
  };
  const shards = [save('a.json', packages.slice(0, 2)), save('b.json', packages.slice(2))];
  const page = join(folder, 'all.xml');
  const joined = run(['report', '--format', 'json', '--output', page, ...shards]);
  // Written without their runs: neither result says what made it.
  const runs = [{ judged: 2 }, { judged: packages.length - 2 }];
  const [digest] = packages.flatMap(({ policy }) => policy?.digest ?? []);
  const expected = statedRun(packages, { runs, policy: { digest: digest!, notices: [] } });
  assert.equal(joined.stdout, renderJson(expected), joined.stderr);
  assert.equal(readFileSync(page, 'utf8'), renderJunit(expected));
  assert.equal(joined.status, everything().exitCode);
  const good = packages.filter(({ verdict }) => verdict.kind === 'reproduced');
  const piped = run(['report', '-'], renderJson(runResult(good)));
  assert.equal(piped.status, 0, piped.stderr);
  for (const wrong of ['', '{"schema":"wolfi-repro/result/1"}'])
    assert.equal(run(['report', '-'], wrong).status, 2);
});

it('saved comparisons are shown as diff showed them, joined, and exit as diff does', (test) => {
  const folder = temporaryFolder(test);
  const sides = ['published', 'rebuilt'].map((side) => join(pair, `${side}.apk`)) as [string, string];
  const at = (name: string) => join(folder, name);
  const made = run(['diff', '--output', at('one.json'), '--output', at('one.html'), ...sides]);
  assert.equal(made.status, 1, made.stderr);
  const shown = run(['report', '--output', at('again.html'), at('one.json')]);
  assert.deepEqual([shown.status, shown.stdout, shown.stderr], [1, made.stdout, '']);
  assert.equal(readFileSync(at('again.html'), 'utf8'), readFileSync(at('one.html'), 'utf8'));
  const same = run(['diff', '--format', 'jsonl', sides[0], sides[0]]);
  const joined = run(
    ['report', '--format', 'jsonl', '--fail-on', 'not-reproduced', at('one.json'), '-'],
    same.stdout,
  );
  assert.equal(joined.status, 1, joined.stderr);
  assert.match(joined.stderr, /warning/);
  assert.deepEqual(
    joined.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).equal),
    [false, true],
  );
  assert.equal(run(['report', '-'], same.stdout).status, 0);
  writeFileSync(at('run.json'), renderJson(everything()));
  assert.equal(run(['report', at('run.json'), at('one.json')]).status, 2);
  assert.equal(run(['attest', '--output-dir', folder, at('one.json')]).status, 2);
});
