import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { q1 } from '../../../src/apk/checksum.ts';
import { type LayoutInput, layOut } from '../../../src/execute/rootfs/guest-layout.ts';
import { apkOf, directoryOf, fileOf, linkOf, type Part, sourceOf } from '../../support/apk-builder.ts';
import { failure } from '../../support/failures.ts';
import { type Ending, temporaryFolder } from '../../support/folder.ts';
import { unpackSources } from '../../support/shelf.ts';

const usual: LayoutInput = {
  arch: 'x86_64',
  world: ['b=1-r0', 'a=2-r1'],
  repositories: ['https://b.example', 'https://a.example'],
  users: [{ username: 'build', uid: 1000, gid: 1000, shell: '', homedir: '/home/build' }],
  groups: [{ groupname: 'build', gid: 1000, members: ['build'] }],
  database: 'usr/lib/apk/db',
  entries: 'all',
};

async function laidOut(test: Ending, data: readonly Part[], more: Partial<LayoutInput> = {}) {
  const root = join(temporaryFolder(test), 'root');
  mkdirSync(root);
  const pkginfo = [
    'pkgname = base',
    'pkgver = 1-r0',
    'arch = x86_64',
    'size = 10',
    'pkgdesc = A base',
    'license = MIT',
    'depend = so:a',
    'depend = b',
    'replaces = old',
    'builddate = 5',
  ];
  const guest = await unpackSources(root, `${root}.shelf`, [sourceOf(apkOf({ pkginfo, data }))]);
  const read = (path: string) => {
    const file = join(root, guest.tree.resolve(path));
    return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true
      ? readFileSync(file, 'utf8')
      : undefined;
  };
  layOut(root, guest, { ...usual, ...more }, read);
  return { path: (inside: string) => join(root, inside), text: (inside: string) => read(inside), guest };
}

test('the lists of apk are sorted, and its folders exist', async (context) => {
  const { path, text } = await laidOut(context, []);
  assert.equal(text('etc/apk/arch'), 'x86_64\n');
  assert.equal(text('etc/apk/world'), 'a=2-r1\nb=1-r0\n');
  assert.equal(text('etc/apk/repositories'), 'https://a.example\nhttps://b.example\n');
  assert.deepEqual([text('usr/lib/apk/db/lock'), text('usr/lib/apk/db/triggers')], ['', '']);
  assert.equal(lstatSync(path('usr/lib/apk/db/lock')).mode & 0o777, 0o600);
  assert.ok(['etc/apk/keys', 'var/cache/apk', 'var/cache/misc'].every((each) => existsSync(path(each))));
});

test('accounts of the recipe follow those of the packages, and every home exists', async (context) => {
  const { path, text } = await laidOut(
    context,
    [
      fileOf(
        'etc/passwd',
        'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/dev/null:/x\nodd:x:1:1\nup:x:2:2::/../up:\nrel:x:3:3::relative:\ntop:x:4:4::/.:\n',
      ),
      fileOf('etc/group', 'root:x:0:\n'),
    ],
    { users: [...usual.users, { username: 'bare', uid: 7, gid: undefined, shell: '/bin/x', homedir: '' }] },
  );
  assert.ok(
    text('etc/passwd')!.endsWith(
      'build:x:1000:1000:Account created by apko:/home/build:/bin/sh\nbare:x:7:7:Account created by apko:/home/bare:/bin/x\n',
    ),
  );
  assert.ok(text('etc/passwd')!.startsWith('root:x:0:0'));
  assert.equal(text('etc/group'), 'root:x:0:\nbuild:x:1000:build\n');
  for (const home of ['root', 'home/build', 'home/bare', 'up']) {
    assert.equal(lstatSync(path(home)).mode & 0o777, 0o700, home);
  }
  assert.equal(existsSync(path('relative')), false);
});

test('busybox gets its links where nothing else is in their place', async (context) => {
  const paths = '/bin/ls\n/bin/sh\n/usr/bin/new\nrelative\n/\n/..\n\n/bin/../../../escape\n';
  const { path } = await laidOut(context, [
    directoryOf('bin'),
    fileOf('bin/busybox', '', { mode: 0o755 }),
    linkOf('bin/sh', 'other'),
    fileOf('etc/busybox-paths.d/busybox', paths),
  ]);
  assert.deepEqual(
    ['bin/ls', 'usr/bin/new', 'bin/sh', 'escape'].map((each) => readlinkSync(path(each))),
    ['/bin/busybox', '/bin/busybox', 'other', '/bin/busybox'],
  );
  const without = await laidOut(context, [fileOf('etc/busybox-paths.d/busybox', paths)]);
  assert.equal(existsSync(without.path('bin/ls')), false);
});

test('the installed database lists each package with its files by folder', async (context) => {
  const { text, guest } = await laidOut(context, [
    directoryOf('srv'),
    directoryOf('srv/bin', 0o700),
    fileOf('srv/bin/a', 'abc', { mode: 0o755 }),
    fileOf('srv/bin/b', ''),
    linkOf('srv/link', 'bin/a'),
    fileOf('top', 'abc'),
  ]);
  const installed = guest.installed[0]!;
  assert.equal(
    text('usr/lib/apk/db/installed'),
    `${[
      'P:base',
      'V:1-r0',
      'A:x86_64',
      'L:MIT',
      'T:A base',
      'o:base',
      'm:',
      'U:',
      'D:so:a b',
      'p:',
      'r:old',
      'c:',
      'i:[]',
      't:5',
      `S:${installed.size}`,
      'I:10',
      'k:',
      `C:${q1(installed.controlSha1)}`,
      'F:',
      'R:top',
      'Z:Q1qZk+NkcGgWq6PiVxeFDCbJzQ2J0=',
      'F:srv',
      'R:link',
      'Z:Q1W6Ro9lSolI6R8xYgLluL4L1toic=',
      'F:srv/bin',
      'M:0:0:700',
      'R:a',
      'a:0:0:755',
      'Z:Q1qZk+NkcGgWq6PiVxeFDCbJzQ2J0=',
      'R:b',
      'Z:Q12jmj7l5rSw0yVb/vlWAYkK/YBwk=',
    ].join('\n')}\n\n`,
  );
});

test('packages and accounts that leave no place for the layout are refused', async (context) => {
  const cases: [what: string, data: Part[], more: Partial<LayoutInput>][] = [
    ['a file where apk has its folder', [fileOf('etc/apk', '')], {}],
    ['a folder where the accounts are', [directoryOf('etc/passwd')], {}],
    ['a home with a name too long', [], { users: [{ ...usual.users[0]!, homedir: `/${'h'.repeat(256)}` }] }],
    ['a home with a zero byte', [], { users: [{ ...usual.users[0]!, homedir: '/h\0' }] }],
    ['a home below a file', [fileOf('f', '')], { users: [{ ...usual.users[0]!, homedir: '/f/home' }] }],
    ['a loop of links', [linkOf('etc', 'etc')], {}],
  ];
  for (const [what, data, more] of cases) {
    await assert.rejects(laidOut(context, data, more), failure('environment-invalid'), what);
  }
});

test('nothing of the layout is written through a link to outside', async (context) => {
  const outside = temporaryFolder(context);
  const { text } = await laidOut(context, [
    linkOf('home', outside),
    linkOf('root', `../../..${outside}`),
    linkOf('bin', outside),
    fileOf('sbin/x', ''),
    fileOf('etc/busybox-paths.d/x', '/bin/escaped\n'),
    fileOf('usr/passwd', 'x:x:1:1::/root/x:\n'),
    linkOf('etc/passwd', '../usr/passwd'),
  ]);
  assert.equal(existsSync(join(outside, 'build')), false);
  assert.equal(existsSync(join(outside, 'escaped')), false);
  assert.ok(text('etc/passwd')!.includes('build:x:1000'));
});
