import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { attributedFiles } from '../../../src/execute/rootfs/guest-entries.ts';
import { GuestTree } from '../../../src/execute/rootfs/guest-tree.ts';
import { makeGuestDirectory, makeGuestLink, writeGuestFile } from '../../../src/execute/rootfs/unpack.ts';
import { Failure, type FailureCode } from '../../../src/failure.ts';
import type { Format } from '../../../src/melange/format.ts';
import { apkOf, directoryOf, fileOf, linkOf, type Part, sourceOf } from '../../support/apk-builder.ts';
import { codeOf, failure } from '../../support/failures.ts';
import { type Ending, temporaryFolder } from '../../support/folder.ts';
import { unpackSources } from '../../support/shelf.ts';

interface Sample {
  readonly name: string;
  readonly data: readonly Part[];
  readonly origin?: string;
  readonly replaces?: readonly string[];
}

function bytesOf({ name, data, origin, replaces = [] }: Sample): Buffer {
  const pkginfo = [
    `pkgname = ${name}`,
    'pkgver = 1-r0',
    ...(origin === undefined ? [] : [`origin = ${origin}`]),
    ...replaces.map((each) => `replaces = ${each}`),
  ];
  return apkOf({ pkginfo, data });
}

/** A folder with a root to unpack into and something beside it that must stay as it is. */
function place(test: Ending) {
  const folder = join(temporaryFolder(test), 'place');
  mkdirSync(folder);
  const root = join(folder, 'root');
  mkdirSync(root);
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'outside/victim'), 'untouched');
  const requireUntouched = (what: string) => {
    assert.deepEqual(readdirSync(folder).sort(), ['outside', 'root'], what);
    assert.deepEqual(readdirSync(join(folder, 'outside')), ['victim'], what);
    assert.equal(readFileSync(join(folder, 'outside/victim'), 'utf8'), 'untouched', what);
  };
  return { root, path: (inside: string) => join(root, inside), requireUntouched };
}

/** Where it is looked at by nobody who counts what lies beside the root; each call has one of its own. */
function shelfBeside(root: string): string {
  shelves += 1;
  return join(`${dirname(root)}.shelves`, String(shelves));
}
let shelves = 0;

function unpack(root: string, ...samples: readonly Sample[]) {
  return unpackAs('all', root, ...samples);
}

function unpackAs(entries: Format['guestEntries'], root: string, ...samples: readonly Sample[]) {
  const sources = samples.map((sample) => sourceOf(bytesOf(sample)));
  return unpackSources(root, shelfBeside(root), sources, entries);
}

test('files, folders and links are there with their modes, whatever the umask; special bits and devices are not', async (context) => {
  const { root, path } = place(context);
  const before = process.umask(0o077);
  try {
    await unpack(root, {
      name: 'a',
      data: [
        directoryOf('usr/bin', 0o777),
        fileOf('usr/bin/tool', 'content', { mode: 0o4755 }),
        fileOf('usr/bin/open', '', { mode: 0o666 }),
        fileOf('usr/share/deep/file', 'x', { mode: 0o400 }),
        linkOf('usr/bin/link', '/etc/passwd'),
        { name: 'usr/bin/same', type: '1', link: 'usr/bin/tool' },
        { name: 'dev/null', type: '3', major: 1, minor: 3 },
        { name: 'run/pipe', type: '6' },
      ],
    });
  } finally {
    process.umask(before);
  }
  const modeOf = (inside: string) => lstatSync(path(inside)).mode & 0o7777;
  assert.deepEqual(
    ['usr', 'usr/bin', 'usr/bin/tool', 'usr/bin/open', 'usr/share/deep', 'usr/share/deep/file', 'tmp'].map(
      modeOf,
    ),
    [0o755, 0o755, 0o755, 0o644, 0o755, 0o400, 0o755],
  );
  assert.equal(readFileSync(path('usr/bin/tool'), 'utf8'), 'content');
  assert.equal(readlinkSync(path('usr/bin/link')), '/etc/passwd');
  assert.equal(lstatSync(path('usr/bin/same')).ino, lstatSync(path('usr/bin/tool')).ino);
  assert.equal(existsSync(path('dev/null')), false);
  assert.deepEqual(readdirSync(root).sort(), ['dev', 'etc', 'opt', 'proc', 'tmp', 'usr', 'var']);
});

test('each package is verified before anything of it is kept or in the guest', async (context) => {
  const { root, path } = place(context);
  const seen: string[] = [];
  const samples = [
    { name: 'a', data: [fileOf('a', '')] },
    { name: 'b', data: [fileOf('b', '')] },
  ];
  const shelf = shelfBeside(root);
  const guest = await unpackSources(
    root,
    shelf,
    samples.map((sample) => sourceOf(bytesOf(sample))),
    'all',
    (apk, index) => {
      assert.equal(existsSync(path('a')), false);
      assert.equal(existsSync(join(shelf, `package-${index}.1`)), false);
      seen.push(apk.control.pkginfo.lines[0]!.kind);
    },
  );
  assert.deepEqual(seen, ['field', 'field']);
  assert.deepEqual(
    guest.installed.map(({ name, version, origin }) => [name, version, origin]),
    [
      ['a', '1-r0', 'a'],
      ['b', '1-r0', 'b'],
    ],
  );
  const refuse = () => {
    throw new Failure('environment-invalid', 'refused');
  };
  const { root: other, path: inside } = place(context);
  await assert.rejects(
    unpackSources(
      other,
      shelfBeside(other),
      samples.map((sample) => sourceOf(bytesOf(sample))),
      'all',
      refuse,
    ),
    failure('environment-invalid'),
  );
  assert.equal(existsSync(inside('b')), false);
});

test('where two packages bring one path, the rules of apko decide', async (context) => {
  const cases: [what: string, samples: Sample[], content: string | 'conflict'][] = [
    [
      'two strangers',
      [
        { name: 'a', data: [fileOf('f', '1')] },
        { name: 'b', data: [fileOf('f', '2')] },
      ],
      'conflict',
    ],
    [
      'the same content',
      [
        { name: 'a', data: [fileOf('f', '1')] },
        { name: 'b', data: [fileOf('f', '1', { mode: 0o600 })] },
      ],
      '1',
    ],
    [
      'the new one replaces the old',
      [
        { name: 'a', data: [fileOf('f', '1')] },
        { name: 'b', replaces: ['a'], data: [fileOf('f', '2')] },
      ],
      '2',
    ],
    [
      'the old one replaces the new',
      [
        { name: 'a', replaces: ['b'], data: [fileOf('f', '1')] },
        { name: 'b', data: [fileOf('f', '2')] },
      ],
      '1',
    ],
    [
      'both replace each other',
      [
        { name: 'a', replaces: ['b'], data: [fileOf('f', '1')] },
        { name: 'b', replaces: ['a'], data: [fileOf('f', '2')] },
      ],
      '1',
    ],
    [
      'a version in replaces matches nothing',
      [
        { name: 'a', data: [fileOf('f', '1')] },
        { name: 'b', replaces: ['a<2'], data: [fileOf('f', '2')] },
      ],
      'conflict',
    ],
    [
      'one origin',
      [
        { name: 'a', origin: 'o', data: [fileOf('f', '1')] },
        { name: 'b', origin: 'o', data: [fileOf('f', '2')] },
      ],
      '2',
    ],
    [
      'a link in the place of a file',
      [
        { name: 'a', data: [linkOf('f', 'x')] },
        { name: 'b', replaces: ['a'], data: [fileOf('f', '2')] },
      ],
      '2',
    ],
    [
      'a file where a folder is',
      [
        { name: 'a', data: [directoryOf('f')] },
        { name: 'b', replaces: ['a'], data: [fileOf('f', '2')] },
      ],
      'conflict',
    ],
    [
      'a folder where a file is',
      [
        { name: 'a', data: [fileOf('f', '1')] },
        { name: 'b', replaces: ['a'], data: [directoryOf('f')] },
      ],
      'conflict',
    ],
    [
      'a path below a file',
      [
        { name: 'a', data: [fileOf('f', '1')] },
        { name: 'b', replaces: ['a'], data: [fileOf('f/x', '2')] },
      ],
      'conflict',
    ],
    [
      'a path below a file, with its folder',
      [
        { name: 'a', data: [fileOf('f', '1')] },
        { name: 'b', data: [directoryOf('f/x')] },
      ],
      'conflict',
    ],
  ];
  for (const [what, samples, content] of cases) {
    const { root, path } = place(context);
    const run = unpack(root, ...samples);
    if (content === 'conflict') await assert.rejects(run, failure('environment-invalid'), what);
    else {
      await run;
      assert.equal(readFileSync(path('f'), 'utf8'), content, what);
    }
  }
});

test('a folder may be a link of another package, and what goes into it lands where the link leads inside', async (context) => {
  const { root, path, requireUntouched } = place(context);
  await unpack(
    root,
    {
      name: 'a',
      data: [
        directoryOf('usr/lib'),
        linkOf('lib', 'usr/lib'),
        linkOf('out', '../../../outside'),
        linkOf('abs', '/outside'),
      ],
    },
    {
      name: 'b',
      data: [directoryOf('lib'), fileOf('lib/x', '1'), fileOf('out/victim', '2'), fileOf('abs/victim', '2')],
    },
    { name: 'c', data: [linkOf('lib', 'usr/lib'), fileOf('usr/lib/x', '1')] },
  );
  assert.equal(readFileSync(path('usr/lib/x'), 'utf8'), '1');
  assert.equal(readFileSync(path('outside/victim'), 'utf8'), '2');
  requireUntouched('links');
});

test('a package that cannot be unpacked is named', async (context) => {
  const { root } = place(context);
  const bytes = bytesOf({ name: 'a', data: [fileOf('f', '1')] });
  const cut = { ...sourceOf(bytes.subarray(0, bytes.length - 20)), name: 'a=1-r0' };
  await assert.rejects(unpackSources(root, shelfBeside(root), [cut]), {
    code: 'environment-invalid',
    message: 'a=1-r0 of the environment cannot be unpacked',
  });
});

test('hostile packages write nothing outside and end in a failure', async (context) => {
  const long = 'n'.repeat(256);
  const deep = Array.from({ length: 40 }, () => 'd'.repeat(101)).join('/');
  const pathOf = (path: string): Part => fileOf('x', '', { pax: [['path', path]] });
  const cases: [what: string, data: Part[], code: FailureCode][] = [
    ['a path above', [fileOf('../outside/victim', 'x')], 'environment-invalid'],
    ['an absolute path', [fileOf('/outside/victim', 'x')], 'environment-invalid'],
    [
      'a path through its own link',
      [linkOf('l', '../outside'), fileOf('l/victim', 'x')],
      'environment-invalid',
    ],
    [
      'a path through a loop of links',
      [linkOf('a', 'b'), linkOf('b', 'a'), fileOf('a/x', '')],
      'environment-invalid',
    ],
    ['a hard link to outside', [{ name: 'h', type: '1', link: '../outside/victim' }], 'environment-invalid'],
    [
      'a hard link to a link',
      [linkOf('l', '../outside/victim'), { name: 'h', type: '1', link: 'l' }],
      'environment-invalid',
    ],
    [
      'a link and a file of one name',
      [linkOf('l', '../outside/victim'), fileOf('l', 'x')],
      'environment-invalid',
    ],
    ['a file and a path below it', [fileOf('f', ''), fileOf('f/x', '')], 'environment-invalid'],
    ['a name too long for the disk', [pathOf(long)], 'environment-invalid'],
    ['a path too long for the disk', [pathOf(deep)], 'environment-invalid'],
    ['a zero byte in a name', [pathOf('a\0b')], 'environment-invalid'],
    ['a zero byte in a link', [{ name: 'l', type: '2', pax: [['linkpath', 'a\0b']] }], 'environment-invalid'],
    ['a link to nothing', [{ name: 'l', type: '2', link: '' }], 'environment-invalid'],
    ['the root', [directoryOf('.')], 'environment-invalid'],
  ];
  for (const [what, data, code] of cases) {
    const { root, requireUntouched } = place(context);
    await assert.rejects(unpack(root, { name: 'a', data }), failure(code), what);
    requireUntouched(what);
  }
});

test('entries named with two dots and links out of the guest are installed, but not on disk since v0.32.0', async (context) => {
  const data = [
    fileOf('usr/lib/a..b', 'x'),
    fileOf('usr/lib/c', 'x'),
    directoryOf('usr/lib/d..'),
    fileOf('usr/lib/d../e', 'x'),
    { name: 'usr/lib/f..', type: '1', link: 'usr/lib/c' },
    linkOf('usr/lib/g..h', 'c'),
    linkOf('usr/bin/out', '../../../bin/sh'),
    linkOf('usr/bin/absolute-out', '/../../../bin/sh'),
    linkOf('usr/bin/in', '../../bin/sh'),
    linkOf('usr/bin/absolute', '/bin/sh'),
    linkOf('top', '..top'),
  ];
  const doubtful = ['usr/lib/a..b', 'usr/lib/d..', 'usr/lib/d../e', 'usr/lib/f..', 'usr/lib/g..h'];
  const links = ['usr/bin/out', 'usr/bin/absolute-out', 'top'];
  const others = ['usr/lib/c', 'usr/bin/in', 'usr/bin/absolute'];
  for (const [entries, missing] of [
    ['all', []],
    ['undoubted', [...doubtful, ...links]],
  ] as const) {
    const { root, path } = place(context);
    const { tree } = await unpackAs(entries, root, { name: 'a', data });
    for (const each of [...doubtful, ...links, ...others]) {
      const there = lstatSync(path(each), { throwIfNoEntry: false }) !== undefined;
      assert.equal(there, !(missing as readonly string[]).includes(each), `${entries}: ${each}`);
      assert.ok(tree.get(each), each);
    }
  }
});

test('what is left out can be replaced, and no hard link can be made to it', async (context) => {
  const { root, path } = place(context);
  const first = { name: 'a', data: [fileOf('a..b', 'x'), linkOf('out', '../x')] };
  const second = { name: 'b', data: [fileOf('a..b', 'y'), fileOf('out', 'y')], replaces: ['a'] };
  await unpackAs('undoubted', root, first, second);
  assert.equal(readFileSync(path('out'), 'utf8'), 'y');
  assert.equal(existsSync(path('a..b')), false);
  const data = [fileOf('a..b', 'x'), { name: 'c', type: '1', link: 'a..b' }];
  await assert.rejects(
    unpackAs('undoubted', place(context).root, { name: 'a', data }),
    failure('environment-invalid'),
  );
});

test('extended attributes of files are noted, those of what stands in their place afterwards are not', async (context) => {
  const { root } = place(context);
  const pax = [['SCHILY.xattr.user.test', Buffer.from('v\0w')]] as const;
  const data = [
    fileOf('a', 'x', { pax }),
    fileOf('b', 'x', { pax }),
    fileOf('c..', 'x', { pax }),
    fileOf('d', ''),
  ];
  const second = { name: 'b', data: [fileOf('b', 'other')], replaces: ['a'] };
  const { tree } = await unpackAs('undoubted', root, { name: 'a', data }, second);
  assert.deepEqual(attributedFiles(tree), [
    { path: 'a', mode: 0o644, xattrs: new Map([['user.test', Uint8Array.from(Buffer.from('v\0w'))]]) },
  ]);
});

test('a file that is not a package is not a fault of the published one', async (context) => {
  const { root } = place(context);
  const broken = unpackSources(root, shelfBeside(root), [sourceOf(Buffer.from('no package'))]);
  await assert.rejects(broken, failure('environment-invalid'));
  const truncated = bytesOf({ name: 'a', data: [fileOf('f', 'x'.repeat(2000))] }).subarray(0, -30);
  const cut = unpackSources(root, shelfBeside(root), [sourceOf(truncated)]);
  await assert.rejects(cut, failure('environment-invalid'));
});

test('no package changes what is outside', async (context) => {
  const name = fc.constantFrom(
    'a',
    'b',
    'a/b',
    'a/b/c',
    'l',
    'l/x',
    '../outside/victim',
    'm',
    'm/victim',
    'usr/l/victim',
  );
  const target = fc.constantFrom(
    '../outside',
    '/outside',
    '..',
    '../..',
    'a',
    'l',
    'm',
    '../outside/victim',
    '.',
  );
  const part: fc.Arbitrary<Part> = fc.oneof(
    name.map((each) => fileOf(each, 'written')),
    name.map((each) => directoryOf(each)),
    fc.tuple(name, target).map(([each, link]) => linkOf(each, link)),
    fc.tuple(name, name).map(([each, link]) => ({ name: each, type: '1', link })),
  );
  const sample = fc.array(part, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 3 }), async (list) => {
      const { root, requireUntouched } = place(context);
      const samples = list.map((data, index) => ({ name: `p${index}`, origin: 'one', data }));
      const code = await codeOf(() => unpack(root, ...samples));
      assert.ok(code === undefined || code === 'environment-invalid', code);
      requireUntouched(
        JSON.stringify(list.map((data) => data.map(({ name: each, type, link }) => [each, type, link]))),
      );
    }),
    { numRuns: 60 },
  );
});

test('what is added to the guest goes through no link and replaces files, not folders', (context) => {
  const { root, path, requireUntouched } = place(context);
  const tree = new GuestTree();
  makeGuestLink(root, tree, 'etc', '../outside');
  makeGuestLink(root, tree, 'etc', 'other');
  writeGuestFile(root, tree, 'etc/victim', Buffer.from('1'), 0o600);
  writeGuestFile(root, tree, 'etc/victim', Buffer.from('2'), 0o644);
  makeGuestLink(root, tree, 'link', '../outside/victim');
  writeGuestFile(root, tree, 'link', Buffer.from('3'), 0o644);
  makeGuestDirectory(root, tree, 'a/b', 0o700);
  makeGuestDirectory(root, tree, 'a/b/../..', 0o700);
  makeGuestLink(root, tree, '..', 'x');
  assert.equal(readFileSync(path('outside/victim'), 'utf8'), '2');
  assert.equal(readFileSync(path('link'), 'utf8'), '3');
  assert.deepEqual([lstatSync(path('a')).mode & 0o777, lstatSync(path('a/b')).mode & 0o777], [0o755, 0o700]);
  assert.throws(
    () => writeGuestFile(root, tree, 'a', Buffer.from(''), 0o644),
    failure('environment-invalid'),
  );
  assert.throws(() => makeGuestDirectory(root, tree, 'link/x', 0o755), failure('environment-invalid'));
  requireUntouched('additions');
});

test('what environments share is kept once: their files are links to those of the packages, except files with attributes', async (context) => {
  const { root, path } = place(context);
  const shelf = shelfBeside(root);
  const pax = [['SCHILY.xattr.user.test', Buffer.from('v')]] as const;
  const data = [fileOf('f', 'content', { mode: 0o4755 }), fileOf('g', 'other', { pax }), directoryOf('d')];
  const source = sourceOf(bytesOf({ name: 'a', data }));
  await unpackSources(root, shelf, [source]);
  const second = place(context);
  // What is kept is not read again, and nobody is asked about it again.
  const unread = { name: 'a', open: () => assert.fail('the package is read again') };
  await unpackSources(second.root, shelf, [unread], 'all', () => assert.fail('it is verified again'));
  const [one, two] = [lstatSync(path('f')), lstatSync(second.path('f'))];
  assert.deepEqual([one.ino, one.nlink, one.mode & 0o7777], [two.ino, 3, 0o755]);
  assert.equal(readFileSync(second.path('f'), 'utf8'), 'content');
  assert.notEqual(lstatSync(path('g')).ino, lstatSync(second.path('g')).ino);
  assert.equal(lstatSync(second.path('g')).nlink, 1);
});

test('a package that is not intact is not kept', async (context) => {
  const { root } = place(context);
  const shelf = shelfBeside(root);
  const whole = bytesOf({ name: 'a', data: [fileOf('f', 'x'.repeat(2000))] });
  await assert.rejects(
    unpackSources(root, shelf, [sourceOf(whole.subarray(0, -30))]),
    failure('environment-invalid'),
  );
  assert.deepEqual(readdirSync(shelf), []);
  let verified = 0;
  await unpackSources(root, shelf, [sourceOf(whole)], 'all', () => {
    verified += 1;
  });
  assert.equal(verified, 1);
});
