/** Results as they come: what a killed run leaves, and the order in the end. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResultStream } from '../../src/cli/result-stream.ts';
import { Failure } from '../../src/failure.ts';
import { packageLine, renderJsonLines } from '../../src/report/jsonl-report.ts';
import { mergeSavedRuns, parseSavedRun } from '../../src/report/saved/saved-run.ts';
import { gapsIn } from '../../src/verdict/gaps.ts';
import { cache, cannotRebuildFrom, helloShell } from '../conformance/lab-run.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab, program } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { buildFailed, digest, rejected, reproduced } from '../support/results.ts';
import { writeSlowPackage } from '../support/slow-package.ts';

const begun = {
  tool: { name: 'wolfi-repro', version: '1.2.3' },
  asked: { list: digest('a list'), packages: 3, elsewhere: 0, unchanged: 0 },
};
const packages = [reproduced('a.apk'), rejected('b.apk'), buildFailed('c.apk')];

describe('a file of JSON lines', () => {
  it('has each result at once', async (test) => {
    const path = join(temporaryFolder(test), 'r.jsonl');
    writeFileSync(path, 'an earlier run\n');
    const stream = await ResultStream.open(
      { color: false, format: 'json' },
      [{ path, format: 'jsonl' }],
      begun,
    );
    const saved = () => parseSavedRun(readFileSync(path));
    const files = () => saved().packages.map(({ file }) => file);
    for (const at of [2, 0]) await stream.add(packages[at]!, at);
    assert.deepEqual(files(), ['c.apk', 'a.apk']);
    assert.deepEqual(saved().runs, [{ ...begun, judged: 2, ended: false }]);
    await stream.add(packages[1]!, 1);
    stream.close();
    assert.deepEqual(files(), ['c.apk', 'a.apk', 'b.apk']);
    // What was half written when the run was killed is not read.
    const half = Buffer.concat([readFileSync(path), Buffer.from(packageLine(packages[0]!).slice(0, -9))]);
    assert.deepEqual(parseSavedRun(half).runs, [{ ...begun, judged: 3, ended: false }]);
  });

  it('is not written through a link', async (test) => {
    const folder = temporaryFolder(test);
    symlinkSync('elsewhere', join(folder, 'r.jsonl'));
    const output = { path: join(folder, 'r.jsonl'), format: 'jsonl' } as const;
    await assert.rejects(ResultStream.open({ color: false }, [output], begun), Failure);
    assert.ok(!existsSync(join(folder, 'elsewhere')));
  });
});

const key = ['--key', join(lab, 'lab.rsa.pub'), '--allow-unsigned', '--cache', cache];

describe('a run', { skip: cannotRebuildFrom(helloShell) }, () => {
  const material = (folder: string) => {
    mkdirSync(join(folder, 'packages/x86_64'), { recursive: true });
    cpSync(join(lab, helloShell), join(folder, 'packages/x86_64/hello-shell-1.4.2-r3.apk'));
    writeFileSync(join(folder, 'packages/x86_64/zzz.apk'), 'text');
  };

  it('that is killed leaves what it judged, and a second run judges the rest', async (test) => {
    const folder = temporaryFolder(test);
    material(folder);
    const slow = await writeSlowPackage(folder, 'slow.apk', ['sleep 600']);
    const line = [program, 'verify', ...key, '--repository', labEnvironment!, '--output', 'r.jsonl'];
    const child = spawn(process.execPath, [...line, './packages', slow], { cwd: folder, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    const path = join(folder, 'r.jsonl');
    const count = () => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 2 : 0);
    for (let waited = 0; count() < 2 && waited < 60_000; waited += 50) await sleep(50);
    child.kill('SIGKILL');
    assert.equal(await ended, 'SIGKILL');
    const killed = parseSavedRun(readFileSync(path));
    const verdicts = killed.packages.map(({ file, verdict }) => `${file} ${verdict.kind}`);
    assert.deepEqual(gapsIn(killed.runs), [{ kind: 'cut-short', judged: 2, toJudge: 3 }]);
    assert.deepEqual(verdicts, [
      'packages/x86_64/zzz.apk inconclusive',
      'packages/x86_64/hello-shell-1.4.2-r3.apk reproduced',
    ]);
    const again = spawnSync(
      process.execPath,
      [
        ...line.slice(0, -2),
        '--changed-since',
        'r.jsonl',
        '--format',
        'jsonl',
        '--fail-on',
        'none',
        './packages',
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(
      parseSavedRun(Buffer.from(again.stdout)).packages.map(({ file }) => file),
      ['packages/x86_64/zzz.apk'],
    );
  });

  it('prints in the order of the packages what it would print at the end', (test) => {
    const folder = temporaryFolder(test);
    material(folder);
    const run = (...argv: readonly string[]) =>
      spawnSync(
        process.execPath,
        [program, 'verify', ...key, '--repository', labEnvironment!, ...argv, './packages'],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
    const lines = run(
      '--format',
      'jsonl',
      '--jobs',
      '2',
      '--output',
      'r.jsonl',
      '--output',
      'r.json',
      '--output',
      'r.txt',
    );
    assert.equal(lines.status, 4);
    assert.equal(lines.stdout, readFileSync(join(folder, 'r.jsonl'), 'utf8'));
    const whole = parseSavedRun(readFileSync(join(folder, 'r.json')));
    assert.equal(lines.stdout, renderJsonLines(mergeSavedRuns([whole])));
    assert.deepEqual(
      whole.packages.map(({ file }) => file.slice(16)),
      ['hello-shell-1.4.2-r3.apk', 'zzz.apk'],
    );
    const none = run('--changed-since', 'r.json', '--shard', '1/1', '--fail-on', 'not-reproduced');
    assert.equal(none.status, 0);
    const printed = spawnSync(process.execPath, [program, 'report', 'r.json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(printed.stdout, readFileSync(join(folder, 'r.txt'), 'utf8'));
  });
});
