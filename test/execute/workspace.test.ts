import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { compareBytes } from '../../src/bytes.ts';
import { sha256 } from '../../src/digest.ts';
import {
  listSourceFiles,
  makeFolderWithin,
  outputFolder,
  populateWorkspace,
} from '../../src/execute/workspace.ts';
import { failure } from '../support/failures.ts';
import { temporaryFolder } from '../support/folder.ts';
import { packageName } from '../support/names.ts';

function write(folder: string, path: string, text = path, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), mode);
}

function listed(folder: string): string[] {
  return listSourceFiles(folder).map(({ path }) => path);
}

test('regular files are listed in byte order, with their permissions and digests, and nothing else', (context) => {
  const folder = temporaryFolder(context);
  write(folder, 'b.patch', 'text', 0o755);
  write(folder, 'a/deep/file', 'x', 0o600);
  write(folder, '.git/config');
  write(folder, 'setuid', '', 0o4755);
  write(folder, 'é');
  mkdirSync(join(folder, 'empty'));
  symlinkSync('b.patch', join(folder, 'link'));
  symlinkSync('/etc', join(folder, 'folder-link'));
  const files = listSourceFiles(folder);
  assert.deepEqual(
    files.map(({ path, mode }) => [path, mode]),
    [
      ['.git/config', 0o644],
      ['a/deep/file', 0o600],
      ['b.patch', 0o755],
      ['setuid', 0o755],
      ['é', 0o644],
    ],
  );
  assert.equal(files[2]!.sha256, sha256(Buffer.from('text')));
});

test('.melangeignore is read as melange does, not as git does', (context) => {
  const cases: [pattern: string, ignored: readonly string[]][] = [
    ['*.log', ['a.log', 'sub/b.log']],
    ['sub/*.log', ['sub/b.log']],
    ['/a.log', ['a.log']],
    ['a.log   ', ['a.log']],
    ['# a.log', []],
    ['sub/', []],
    ['sub', []],
    ['.git', []],
    ['**/b.log', ['sub/b.log']],
    ['**/*.log', ['a.log', 'sub/b.log']],
    ['?.log', ['a.log', 'sub/b.log']],
    ['!a.log', ['a.log']],
    ['a.lo', []],
    ['[ab].log', []],
    ['A.LOG', []],
    ['sub/*', ['sub/b.log', 'sub/c']],
    ['*', ['.melangeignore', 'a.log', 'axlog', 'sub/b.log', 'sub/c']],
    ['', []],
  ];
  const folder = temporaryFolder(context);
  for (const path of ['a.log', 'axlog', 'sub/b.log', 'sub/c']) write(folder, path);
  write(folder, '.melangeignore', '');
  const all = listed(folder);
  for (const [pattern, ignored] of cases) {
    write(folder, '.melangeignore', `${pattern}\n`);
    const kept = listed(folder);
    assert.deepEqual(
      all.filter((path) => !kept.includes(path)),
      ignored,
      pattern,
    );
  }
});

test('a pattern full of stars takes no time', (context) => {
  const folder = temporaryFolder(context);
  write(folder, 'a'.repeat(250));
  write(folder, '.melangeignore', `${'*a'.repeat(40)}*b\n`);
  assert.equal(listed(folder).length, 2);
});

test('a source folder that is too deep is refused', (context) => {
  const folder = temporaryFolder(context);
  write(folder, `${'d/'.repeat(70)}file`);
  assert.throws(() => listSourceFiles(folder), failure('recipe-files-unavailable'));
});

test('the workspace holds the given files with their modes and is closed to others', (context) => {
  const folder = temporaryFolder(context);
  const [source, workspace] = [join(folder, 'source'), join(folder, 'workspace')];
  write(source, 'sub/script', '#!/bin/sh\n', 0o755);
  write(source, 'file', 'text', 0o600);
  const before = process.umask(0o077);
  try {
    populateWorkspace(workspace, [{ path: '.config/clang-15/x.cfg', text: 'cfg' }], {
      directory: source,
      files: listSourceFiles(source),
    });
    makeFolderWithin(workspace, outputFolder(packageName('foo')));
  } finally {
    process.umask(before);
  }
  const modeOf = (path: string) => statSync(join(workspace, path)).mode & 0o7777;
  assert.deepEqual(
    [
      '',
      '.config',
      '.config/clang-15',
      '.config/clang-15/x.cfg',
      'sub',
      'sub/script',
      'file',
      'melange-out',
      'melange-out/foo',
    ].map(modeOf),
    [0o700, 0o755, 0o755, 0o644, 0o755, 0o755, 0o600, 0o755, 0o755],
  );
  assert.equal(readFileSync(join(workspace, 'sub/script'), 'utf8'), '#!/bin/sh\n');
  assert.throws(() => populateWorkspace(workspace, [], undefined), { code: 'EEXIST' });
});

test('names that are not UTF-8 come through as their bytes', (context) => {
  const folder = temporaryFolder(context);
  const [source, workspace] = [join(folder, 'source'), join(folder, 'workspace')];
  const place = (root: string, ...names: string[]) => Buffer.from(join(root, ...names), 'latin1');
  mkdirSync(place(source, 'd\xff'), { recursive: true });
  for (const path of ['d\xff/\xe9', '\xfe', 'plain', 'z\xff.log']) {
    writeFileSync(place(source, ...path.split('/')), path);
  }
  write(source, '.melangeignore', 'z?.log\n');
  const files = listSourceFiles(source);
  assert.deepEqual(
    files.map(({ path }) => path),
    ['.melangeignore', 'd\udcff/\udce9', 'plain', '\udcfe'].sort(compareBytes),
  );
  populateWorkspace(workspace, [], { directory: source, files });
  assert.equal(readFileSync(place(workspace, 'd\xff', '\xe9'), 'latin1'), 'd\xc3\xbf/\xc3\xa9');
  assert.deepEqual(listSourceFiles(workspace), files);
});

test('a file that changed after it was listed is no longer the source', (context) => {
  const folder = temporaryFolder(context);
  const source = join(folder, 'source');
  write(source, 'file', 'before');
  const files = listSourceFiles(source);
  write(source, 'file', 'after!');
  const populate = () => populateWorkspace(join(folder, 'workspace'), [], { directory: source, files });
  assert.throws(populate, failure('source-mismatch'));
});

test('an output folder is made where there is none, and never through what a step put there', (context) => {
  const folder = temporaryFolder(context);
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  makeFolderWithin(workspace, outputFolder(packageName('foo')));
  makeFolderWithin(workspace, outputFolder(packageName('foo')));
  symlinkSync(elsewhere, join(workspace, 'melange-out/bar'));
  writeFileSync(join(workspace, 'melange-out/baz'), '');
  assert.throws(() => makeFolderWithin(workspace, outputFolder(packageName('bar'))), failure('unsupported'));
  assert.throws(
    () => makeFolderWithin(workspace, outputFolder(packageName('baz'))),
    failure('output-missing'),
  );
  rmSync(join(workspace, 'melange-out'), { recursive: true });
  symlinkSync(elsewhere, join(workspace, 'melange-out'));
  assert.throws(() => makeFolderWithin(workspace, outputFolder(packageName('foo'))), failure('unsupported'));
  assert.deepEqual(readdirSync(elsewhere), []);
});
