/** Settings as the real program finds and uses them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { program, skipUnless } from '../support/lab.ts';

function run(folder: string, argv: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, ...variables },
  });
  return { status, stdout, stderr };
}

function write(folder: string, text: string): string {
  const path = join(folder, 'wolfi-repro.yaml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

describe('the file of settings', () => {
  it('is found from the working directory up to the root of the repository, and no further', (test) => {
    const top = temporaryFolder(test);
    const outer = write(top, 'jobs: 1');
    const inner = join(top, 'repository/packages/demo');
    mkdirSync(inner, { recursive: true });
    assert.equal(run(inner, ['config', 'path']).stdout, 'none\n');
    mkdirSync(join(top, 'repository/.git'));
    assert.equal(run(inner, ['config', 'path']).stdout, 'none\n');
    const own = write(join(top, 'repository'), 'jobs: 2');
    assert.equal(run(inner, ['config', 'path']).stdout, `${own}\n`);
    assert.equal(run(inner, ['config', 'path', '--config', 'none']).stdout, 'none\n');
    assert.equal(run(inner, ['config', 'path'], { WOLFI_REPRO_CONFIG: outer }).stdout, `${outer}\n`);
    assert.equal(
      run(inner, ['config', 'path', '--config', own], { WOLFI_REPRO_CONFIG: outer }).stdout,
      `${own}\n`,
    );
  });

  it('is used by commands, which refuse what cannot be meant before they do anything', (test) => {
    const folder = temporaryFolder(test);
    write(folder, 'cache: ./store\ncommands:\n  doctor: {format: json}\n  diff: {format: json}\n');
    assert.equal(JSON.parse(run(folder, ['doctor']).stdout).schema, 'wolfi-repro/doctor/1');
    writeFileSync(join(folder, 'a'), 'a');
    assert.equal(JSON.parse(run(folder, ['diff', 'a', 'a']).stdout).equal, true);
    const typed = run(folder, ['diff', 'a', 'a', '--format', 'text']);
    assert.match(typed.stdout, /^identical/);
    assert.equal(typed.stderr, '');
    assert.match(run(folder, ['diff', 'a', 'a']).stderr, /wolfi-repro\.yaml sets format\n/);
    write(folder, 'cahce: ./store\n');
    for (const argv of [['doctor'], ['diff', 'a', 'a'], ['config', 'check']])
      assert.equal(run(folder, argv).status, 2, argv.join(' '));
    assert.equal(run(folder, ['diff', 'a', 'a', '--config', 'none']).status, 0);
  });

  it('is not needed for a variable, which every call follows', (test) => {
    const folder = temporaryFolder(test);
    for (const name of ['a', 'b']) writeFileSync(join(folder, name), name);
    const shown = run(folder, ['diff', 'a', 'b'], { WOLFI_REPRO_DOCS_URL: 'https://docs.example/' }).stdout;
    assert.match(shown, /https:\/\/docs\.example\/docs\/reports\.md/);
  });

  const isRoot = process.getuid?.() === 0;
  it('is not believed where somebody else could have written it', {
    skip: skipUnless(isRoot, 'needs root'),
  }, (test) => {
    const folder = temporaryFolder(test);
    const path = write(folder, 'jobs: 2');
    const outcome = () => run(folder, ['config', 'check']);
    assert.equal(outcome().status, 0);
    chmodSync(path, 0o666);
    assert.equal(outcome().status, 2);
    chmodSync(path, 0o644);
    chownSync(path, 65_534, 65_534);
    assert.equal(outcome().status, 2);
    assert.equal(run(folder, ['config', 'check', '--config', path]).status, 0);
    chownSync(path, 0, 0);
    chmodSync(folder, 0o777);
    assert.equal(outcome().status, 2);
  });

  it('is not a link', (test) => {
    const folder = temporaryFolder(test);
    write(join(folder, 'other'), 'jobs: 2');
    mkdirSync(join(folder, 'own'));
    symlinkSync('../other/wolfi-repro.yaml', join(folder, 'own/wolfi-repro.yaml'));
    assert.equal(run(join(folder, 'own'), ['config', 'check']).status, 2);
  });

  it('shows no password', (test) => {
    const folder = temporaryFolder(test);
    write(folder, 'repository: https://user:secret@packages.example/os?token=secret\n');
    for (const format of ['text', 'json']) {
      const { stdout, stderr } = run(folder, ['config', 'show', '--format', format]);
      assert.match(stdout, /packages\.example/);
      assert.doesNotMatch(stdout + stderr, /secret/);
    }
  });
});
