/** What is said of a path that the user named and that is not what it should be. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Failure } from '../src/failure.ts';
import { notRead, notWritten, requireNamed } from '../src/named-path.ts';
import { makeFolder } from './support/folder.ts';
import { root } from './support/lab.ts';

let folder: string;

before(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'hello-1.0-r0.apk'), '');
  mkdirSync(join(folder, 'packages'));
  symlinkSync('nowhere', join(folder, 'link'));
  symlinkSync('circle', join(folder, 'circle'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});
after(() => rmSync(folder, { recursive: true }));

function refusalOf(name: string, wanted: 'file' | 'folder' = 'file'): Failure {
  try {
    requireNamed(
      name.startsWith('/') || name === '' || name.includes('://') ? name : join(folder, name),
      wanted,
    );
  } catch (failure) {
    if (failure instanceof Failure) return failure;
    throw failure;
  }
  return assert.fail(`${name} is taken`);
}

/** What is there, and words of which no other row has all. */
const rows: readonly (readonly [name: string, wanted: 'file' | 'folder', words: readonly string[]])[] = [
  ['other', 'file', ['does not exist']],
  ['helo-1.0-r0.apk', 'file', ['does not exist', 'hello-1.0-r0.apk']],
  ['packages', 'file', ['is a folder']],
  ['hello-1.0-r0.apk', 'folder', ['is a file']],
  ['pipe', 'file', ['is a pipe']],
  ['/dev/null', 'file', ['is a device']],
  ['*.rpm', 'file', ['pattern', 'shell']],
  ['link', 'file', ['is a link to nowhere']],
  ['circle', 'file', ['circle']],
  ['absent/hello.apk', 'file', ['no folder', 'absent']],
  ['hello-1.0-r0.apk/more', 'file', ['hello-1.0-r0.apk is a file']],
  ['', 'file', ['empty name']],
  ['https://example.org/a.apk', 'file', ['is an address']],
];

describe('a path that is not what it should be', () => {
  for (const [name, wanted, words] of rows)
    it(`is told apart: ${JSON.stringify(name)} where a ${wanted} is wanted`, () => {
      const { code, message, hint = '', expected } = refusalOf(name, wanted);
      const said = `${message}\n${hint}`;
      assert.equal(code, 'usage');
      for (const word of words) assert.ok(said.includes(word), said);
      if (name !== 'circle') assert.ok(expected?.endsWith(wanted), expected);
    });

  it('shows no secret of an address', () => {
    assert.ok(!refusalOf('https://ann:secret@example.org/a.apk').message.includes('secret'));
  });

  it('says of errors of the system what they mean and what to do, and never room on a disk for a permission', () => {
    for (const failure of [notRead('a.apk', { code: 'EACCES' }), notWritten('a.json', { code: 'EACCES' })]) {
      assert.match(failure.message, /^a\.(apk|json) cannot be (read|written): .*permission/);
      assert.doesNotMatch(`${failure.message}${failure.hint}`, /room|disk|full/);
    }
    assert.match(notWritten('a.json', { code: 'ENOSPC' }).hint ?? '', /room/);
  });

  it('is taken where it fits', () => {
    assert.ok(requireNamed(join(folder, 'hello-1.0-r0.apk'), 'file').isFile());
    assert.ok(requireNamed(join(folder, 'packages'), 'file or folder').isDirectory());
  });
});

it('no other file of the sources has a message about such a path', () => {
  const own = /[`']\S*\}? ?(is not a (file|folder)|is a folder|cannot be (read|written|reached))\b/;
  const source = join(root, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((each) =>
    each.endsWith('.ts'),
  );
  const offending = files.filter((each) => {
    if (each === 'named-path.ts') return false;
    const text = readFileSync(join(source, each), 'utf8');
    return text
      .split(/new Failure\(/)
      .slice(1)
      .some((piece) => /^\s*'usage'/.test(piece) && own.test(piece.slice(0, 200)));
  });
  assert.deepEqual(offending, []);
});
