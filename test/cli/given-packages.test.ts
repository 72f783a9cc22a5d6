/** Packages as they are given: as files of a folder, on standard input, and behind pipes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cannotRebuildFrom } from '../conformance/lab-run.ts';
import { makeFolder } from '../support/folder.ts';
import { lab, program } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';

const golden = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
const other = join(lab, 'repository/v0.59.1/x86_64/meta-only-0-r0.apk');
const key = ['--key', join(lab, 'lab.rsa.pub')];

describe('packages', () => {
  let folder: string;
  before(() => {
    folder = makeFolder();
    mkdirSync(join(folder, 'x86_64'));
    for (const each of [golden, other]) copyFileSync(each, join(folder, 'x86_64', basename(each)));
  });
  after(() => rmSync(folder, { recursive: true }));
  const run = (argv: readonly string[], input?: Buffer) =>
    spawnSync(process.execPath, [program, ...argv], { cwd: folder, encoding: 'utf8', input: input ?? '' });
  const bytes = () => readFileSync(golden);

  it('are inspected from standard input as they are from a file', () => {
    const [piped, named] = [run(['inspect', ...key, '-'], bytes()), run(['inspect', ...key, golden])];
    assert.equal(piped.status, 0, piped.stderr);
    const rest = (text: string) =>
      text
        .split('\n')
        .slice(1)
        .filter((line) => !line.includes('finding'));
    assert.equal(piped.stdout.split('\n')[0], '-');
    assert.deepEqual(rest(piped.stdout), rest(named.stdout));
  });

  it('are inspected from a pipe of the shell', () => {
    const line = `'${process.execPath}' '${program}' inspect ${key.join(' ')} <(cat '${golden}')`;
    const { stdout, status, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\/dev\/fd\/\d+\n {2}file .*22661d7933fbfb45/);
  });

  it('are judged under the name that was typed, with the same verdict', {
    skip: cannotRebuildFrom(golden),
  }, () => {
    const argv = ['verify', ...key, '--repository', labEnvironment!, '--format', 'json', '-'];
    const first = run(argv, bytes());
    assert.equal(first.status, 0, first.stderr);
    const { packages } = JSON.parse(first.stdout) as { packages: Record<string, unknown>[] };
    assert.equal(packages.length, 1);
    const [{ file, verdict, findings }] = packages as [Record<string, unknown>];
    assert.deepEqual([file, verdict], ['-', 'reproduced']);
    assert.ok(!(findings as { kind: string }[]).some(({ kind }) => kind === 'file-name'));
    assert.doesNotMatch(first.stdout, /wolfi-repro-[A-Za-z0-9]{6}/);
    const { asked } = (JSON.parse(first.stdout) as { runs: { asked: { list: string } }[] }).runs[0]!;
    assert.match(asked.list, /^[0-9a-f]{64}$/);
  });

  it('of a folder are inspected one after the other, and the report is written in the format of its ending', () => {
    const outputs = ['a.json', 'b.md', 'c.html'].flatMap((name) => ['--output', name]);
    const { stdout, status, stderr } = run(['inspect', ...key, ...outputs, './x86_64/']);
    assert.equal(status, 0, stderr);
    const files = [golden, other].map((each) => `x86_64/${basename(each)}`);
    for (const file of files) {
      assert.ok(stdout.includes(file), file);
      for (const name of ['a.json', 'b.md', 'c.html'])
        assert.ok(readFileSync(join(folder, name), 'utf8').includes(file), `${name} ${file}`);
    }
    assert.equal(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8')).packages.length, 2);
    assert.match(readFileSync(join(folder, 'c.html'), 'utf8'), /^<!doctype html>/);
    assert.equal(run(['inspect', '--output', 'a.sarif', golden]).status, 2);
  });

  it('that are several are too many for a command that takes one', () => {
    assert.equal(run(['lock', ...key, './x86_64/']).status, 2);
    assert.equal(run(['inspect', '-', '-'], bytes()).status, 2);
  });
});
