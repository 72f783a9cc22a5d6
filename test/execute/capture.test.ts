import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { capture } from '../../src/execute/capture.ts';
import type { Sandbox } from '../../src/execute/sandbox/sandbox.ts';
import type { FailureCode } from '../../src/failure.ts';
import { directoryOf, type Part, tarOf } from '../support/apk-builder.ts';
import { failure } from '../support/failures.ts';
import { type Ending, temporaryFolder } from '../support/folder.ts';
import { lacks } from '../support/programs.ts';

const gibibyte = 1024 ** 3;

function archiver(bytes: Uint8Array): Sandbox {
  return {
    kind: 'bubblewrap',
    ids: 'machine',
    workspace: '/nowhere',
    caveats: [],
    run: async () => ({ exitCode: 0, exceeded: undefined }),
    makeFolder: async () => undefined,
    async archive(_, onBytes) {
      for (let at = 0; at < bytes.length; at += 700) onBytes(bytes.subarray(at, at + 700));
    },
  };
}

async function captured(test: Ending, bytes: Uint8Array, files: readonly string[] = [], most = gibibyte) {
  const made = await capture(archiver(bytes), join(temporaryFolder(test), 'spool'), files, most);
  test.after(() => made.close());
  return made;
}

const top = [directoryOf('melange-out/'), directoryOf('melange-out/foo/')];

test('each package has the tree of its own folder, contents read on demand', async (context) => {
  const xattr = ['SCHILY.xattr.user.x', Buffer.from([1, 0, 0xff])] as const;
  const bytes = tarOf([
    ...top,
    directoryOf('melange-out/foo/usr/', 0o2755),
    {
      name: 'melange-out/foo/usr/file',
      content: 'x'.repeat(1000),
      mode: 0o4755,
      uid: 7,
      gid: 8,
      pax: [xattr],
    },
    { name: 'melange-out/foo/usr/link', type: '2', link: '../../../etc', mode: 0o777 },
    { name: 'melange-out/foo/null', type: '3', major: 1, minor: 3 },
    { name: 'melange-out/foo/pipe', type: '6' },
    directoryOf('melange-out/foo-doc/'),
    { name: 'melange-out/stray', content: 'no package' },
    { name: 'LICENSE', content: 'text' },
  ]);
  const { tree, file } = await captured(context, bytes, ['LICENSE']);
  const foo = tree('foo')!;
  assert.deepEqual(
    foo.entries.map(({ path, type, mode, uid, gid, target }) => [path, type, mode, uid, gid, target]),
    [
      ['null', 'character-device', 0o644, 0, 0, ''],
      ['pipe', 'fifo', 0o644, 0, 0, ''],
      ['usr', 'directory', 0o2755, 0, 0, ''],
      ['usr/file', 'file', 0o4755, 7, 8, ''],
      ['usr/link', 'symlink', 0o777, 0, 0, '../../../etc'],
    ],
  );
  assert.deepEqual(foo.get('null')!.device, { major: 1, minor: 3 });
  const { content, xattrs } = foo.get('usr/file')!;
  assert.deepEqual(
    [content.size, String(content.read(998, 10)), content.read(2000, 5).length],
    [1000, 'xx', 0],
  );
  assert.deepEqual(
    xattrs.map(({ name, value }) => [name, Buffer.from(value).toString('hex')]),
    [['user.x', '0100ff']],
  );
  assert.deepEqual(tree('foo-doc')!.entries, []);
  assert.equal(tree('stray'), undefined);
  assert.equal(tree('none'), undefined);
  assert.equal(String(file('LICENSE')), 'text');
  assert.equal(file('melange-out'), undefined);
  assert.equal(file('none'), undefined);
});

test('attributes of the machine never reach a package', async (context) => {
  const names = [
    'com.apple.provenance',
    'security.csm',
    'security.selinux',
    'trusted.SGI_ACL_FILE',
    'security.capability',
    'user.y',
  ];
  const pax = names.map((name) => [`SCHILY.xattr.${name}`, '1'] as const);
  const { tree } = await captured(context, tarOf([...top, { name: 'melange-out/foo/a', pax }]));
  assert.deepEqual(
    tree('foo')!
      .get('a')!
      .xattrs.map(({ name }) => name),
    ['security.capability', 'user.y'],
  );
});

test('names of one file share its content; the first of a package is its first in that package', async (context) => {
  const content = 'content';
  const bytes = tarOf([
    ...top,
    { name: 'melange-out/foo/first', content, mode: 0o755 },
    { name: 'melange-out/foo/second', type: '1', link: 'melange-out/foo/first', mode: 0o755 },
    directoryOf('melange-out/bar/'),
    { name: 'melange-out/bar/first', content: 'unrelated' },
    { name: 'melange-out/bar/third', type: '1', link: 'melange-out/foo/first' },
    { name: 'melange-out/bar/fourth', type: '1', link: 'melange-out/foo/first' },
    { name: 'melange-out/foo/chain', type: '1', link: 'melange-out/foo/second' },
  ]);
  const { tree } = await captured(context, bytes);
  const shape = (name: string) =>
    tree(name)!.entries.map(({ path, linkOf, content: { size } }) => [path, linkOf, size]);
  assert.deepEqual(shape('foo'), [
    ['chain', 'first', 7],
    ['first', undefined, 7],
    ['second', 'first', 7],
  ]);
  assert.deepEqual(shape('bar'), [
    ['first', undefined, 9],
    ['fourth', 'third', 7],
    ['third', undefined, 7],
  ]);
  assert.equal(String(tree('bar')!.get('fourth')!.content.read(0, 7)), 'content');
});

test('something else in the place of an output folder is not a folder', async (context) => {
  const bytes = tarOf([directoryOf('melange-out/'), { name: 'melange-out/foo', content: 'file' }]);
  assert.equal((await captured(context, bytes)).tree('foo'), undefined);
});

test('a link in the place of an output folder is not followed, and differs from a missing folder', async (context) => {
  const link = { name: 'melange-out/bar', type: '2', link: 'foo' };
  const { tree } = await captured(context, tarOf([...top, link]));
  assert.throws(() => tree('bar'), failure('unsupported'));
  assert.notEqual(tree('foo'), undefined);
  const whole = await captured(context, tarOf([{ name: 'melange-out', type: '2', link: '/etc' }]));
  assert.throws(() => whole.tree('foo'), failure('unsupported'));
});

test('what no package can hold never rejects the published file', async (context) => {
  const long = { name: 'x', pax: [['path', `melange-out/foo/${'p/'.repeat(2100)}`] as const] };
  const cases: [what: string, bytes: Uint8Array, code: FailureCode][] = [
    ['a path too long', tarOf([...top, long]), 'build-limit'],
    [
      'a link to nothing',
      tarOf([...top, { name: 'melange-out/foo/a', type: '1', link: 'elsewhere' }]),
      'unsupported',
    ],
    ['an archive that is none', Buffer.from('tar: error'.repeat(100)), 'unsupported'],
    ['an archive cut short', tarOf(top).subarray(0, 700), 'unsupported'],
    ['another kind of entry', tarOf([...top, { name: 'melange-out/foo/a', type: '7' }]), 'unsupported'],
  ];
  for (const [what, bytes, code] of cases) {
    await assert.rejects(captured(context, bytes), failure(code), what);
  }
  await assert.rejects(captured(context, tarOf(top), [], 1000), failure('build-limit'));
});

test('a file that is too large to be a licence is not one', async (context) => {
  const parts: Part[] = [{ name: 'LICENSE', content: Buffer.alloc(16 * 1024 * 1024 + 1) }];
  assert.equal((await captured(context, tarOf(parts), ['LICENSE'])).file('LICENSE'), undefined);
});

test("what the machine's own tar writes of a folder is captured", { skip: lacks('tar') }, async (context) => {
  const folder = temporaryFolder(context);
  const foo = join(folder, 'melange-out/foo');
  mkdirSync(join(foo, 'd'.repeat(120)), { recursive: true });
  writeFileSync(join(foo, 'd'.repeat(120), 'é'), 'deep');
  linkSync(join(foo, 'd'.repeat(120), 'é'), join(foo, 'same'));
  symlinkSync('t'.repeat(150), join(foo, 'link'));
  const argv = ['--create', '--format=pax', '--numeric-owner', '-C', folder, 'melange-out'];
  const { tree } = await captured(context, execFileSync('tar', argv));
  const made = tree('foo')!;
  assert.equal(String(made.get(`${'d'.repeat(120)}/é`)!.content.read(0, 4)), 'deep');
  assert.equal(String(made.get('same')!.content.read(0, 4)), 'deep');
  assert.equal(made.get('link')!.target, 't'.repeat(150));
});
