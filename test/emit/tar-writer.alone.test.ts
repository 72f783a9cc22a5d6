import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultLimits } from '../../src/apk/limits.ts';
import type { TarHeader } from '../../src/apk/tar-header.ts';
import { TarReader } from '../../src/apk/tar-reader.ts';
import { type TarEntry, tarEnd, tarHeader, tarPadding } from '../../src/emit/tar-writer.ts';
import { goldens } from '../support/lab.ts';

const plain: TarEntry = {
  name: 'usr/file',
  type: '0',
  mode: 0o644,
  uid: 0,
  gid: 0,
  uname: 'root',
  gname: 'root',
  size: 0,
  mtime: 1_718_452_800,
  linkname: '',
  devmajor: 0,
  devminor: 0,
  pax: new Map(),
};

/** Records that the writer adds by itself. */
const added = new Set(['path', 'linkpath', 'uname', 'gname', 'uid', 'gid', 'size', 'mtime']);

/** The entry that was read, as it would be given to the writer. */
function entryOf(header: TarHeader): TarEntry {
  const pax = header.pax.filter(({ key }) => !added.has(key)).map(({ key, value }) => [key, value] as const);
  return { ...header, pax: new Map(pax) };
}

function parse(bytes: Uint8Array): TarHeader[] {
  const headers: TarHeader[] = [];
  const sink = { entry: (header: TarHeader) => void headers.push(header), content() {}, entryEnd() {} };
  const reader = new TarReader(sink, defaultLimits);
  reader.write(bytes);
  return headers;
}

test('every header of every package that melange made comes out byte for byte when it is written again', async () => {
  let headers = 0;
  for (const { file } of goldens()) {
    const apk = await labPackage(file);
    for (const section of [apk.signature, apk.control, apk.data]) {
      for (const entry of section?.entries ?? []) {
        assert.deepEqual(
          Buffer.from(tarHeader(entryOf(entry))),
          Buffer.from(entry.raw),
          `${file}: ${entry.name}`,
        );
        headers += 1;
      }
    }
  }
  assert.ok(headers > 2000, `${headers} headers`);
});

const part = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9._+-]{1,60}$/),
  fc.constantFrom('é', '日本', '\udcff', 'x'.repeat(100), 'x'.repeat(101)),
);
const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const id = fc.oneof(fc.nat(65_535), fc.constantFrom(2_097_151, 2_097_152, 4_294_967_295));
const entry = fc
  .record({
    name,
    type: fc.constantFrom('0', '1', '2', '3', '5', '6'),
    mode: fc.nat(0o7777),
    uid: id,
    gid: id,
    uname: fc.constantFrom('', 'root', 'n'.repeat(32), 'n'.repeat(33), 'né'),
    gname: fc.constantFrom('', 'root', 'g'.repeat(33)),
    mtime: fc.oneof(fc.nat(2 ** 31), fc.constantFrom(-1, 8 ** 11 - 1, 8 ** 11)),
    linkname: fc.oneof(fc.constant(''), name),
    devmajor: fc.nat(255),
    devminor: fc.nat(255),
    pax: fc.oneof(
      fc.constant(new Map<string, Uint8Array>()),
      fc.uint8Array({ maxLength: 120 }).map((value) => new Map([['SCHILY.xattr.user.x', value]])),
    ),
  })
  .map((each): TarEntry => ({ ...each, size: 0 }));

test('whatever is written is read with the same values', () => {
  fc.assert(
    fc.property(entry, (each) => {
      const bytes = tarHeader(each);
      assert.equal(bytes.length % 512, 0);
      const header = parse(bytes)[0]!;
      const { pax: _, raw, offset, ...fields } = header;
      const { pax, ...written } = each;
      assert.deepEqual(fields, { ...written });
      assert.deepEqual([offset, Buffer.from(raw)], [0, Buffer.from(bytes)]);
      for (const [key, value] of pax) {
        assert.deepEqual(header.pax.find((record) => record.key === key)?.value, Uint8Array.from(value));
      }
      assert.deepEqual(Buffer.from(tarHeader(entryOf(header))), Buffer.from(bytes));
    }),
    { numRuns: 400 },
  );
});

test('records are sorted by key and written only where ustar has no room', () => {
  const cases: [what: string, change: Partial<TarEntry>, keys: string[]][] = [
    ['a plain file', {}, []],
    ['a name of 100 bytes', { name: 'n'.repeat(100) }, []],
    ['a name of 101 bytes', { name: 'n'.repeat(101) }, ['path']],
    ['a long path that can be split', { name: `${'d'.repeat(100)}/${'n'.repeat(100)}` }, []],
    ['a folder of 155 bytes', { name: `${'d'.repeat(155)}/n` }, []],
    ['a folder of 156 bytes', { name: `${'d'.repeat(156)}/n` }, ['path']],
    ['a name of 101 bytes in a folder', { name: `d/${'n'.repeat(101)}` }, ['path']],
    ['a long path beside another record', { name: `${'d'.repeat(100)}/n`, uid: 2_097_152 }, ['path', 'uid']],
    ['a name that is not ASCII', { name: 'é' }, ['path']],
    ['a link of 101 bytes', { type: '2', linkname: 'l'.repeat(101) }, ['linkpath']],
    ['an owner of 33 bytes', { uname: 'u'.repeat(33), gname: 'g'.repeat(33) }, ['gname', 'uname']],
    ['an id of 8 octal digits', { gid: 2_097_152 }, ['gid']],
    ['8 GiB', { size: 8 ** 11 }, ['size']],
    ['a time before 1970', { mtime: -1 }, ['mtime']],
    ['a time of 12 octal digits', { mtime: 8 ** 11 }, ['mtime']],
    [
      'given records',
      {
        pax: new Map([
          ['b', Buffer.from('1')],
          ['a', Buffer.from('2')],
          ['B', Buffer.from('3')],
        ]),
      },
      ['B', 'a', 'b'],
    ],
  ];
  for (const [what, change, keys] of cases) {
    const header = parse(tarHeader({ ...plain, ...change }))[0]!;
    assert.deepEqual(
      header.pax.map(({ key }) => key),
      keys,
      what,
    );
    const { name: written, size, mtime } = { ...plain, ...change };
    assert.deepEqual([header.name, header.size, header.mtime], [written, size, mtime], what);
  }
});

test('the length of a record counts its own digits', () => {
  for (let size = 0; size < 1100; size++) {
    const value = Buffer.alloc(size, 0x61);
    const { pax } = parse(tarHeader({ ...plain, pax: new Map([['k', value]]) }))[0]!;
    assert.equal(pax[0]!.value.length, size);
  }
});

test('the pax block is named after the entry and has no owner, mode or time', () => {
  const cases: [name: string, block: string][] = [
    ['file', 'PaxHeaders.0/file'],
    ['usr/lib/file', 'usr/lib/PaxHeaders.0/file'],
    ['é/x', '/PaxHeaders.0/x'],
    [`${'d'.repeat(120)}/x`, 'd'.repeat(100)],
    [`${'d'.repeat(87)}/x`, `${'d'.repeat(87)}/PaxHeaders.0`],
    // Recorded from archive/tar of go1.26, as the following are.
    ['folder/', 'folder/PaxHeaders.0'],
    ['a//b/./c', 'a/b/PaxHeaders.0/c'],
    ['a/../b', 'PaxHeaders.0/b'],
    ['..', '.'],
    ['/../..', ''],
  ];
  for (const [given, block] of cases) {
    const bytes = Buffer.from(tarHeader({ ...plain, name: given, pax: new Map([['a', Buffer.from('b')]]) }));
    const field = bytes.subarray(0, 100).toString('latin1').replace(/\0+$/, '');
    assert.equal(field, block, given);
    assert.equal(bytes.subarray(100, 124).toString('latin1'), '0000000\0'.repeat(3));
    assert.equal(bytes.subarray(136, 148).toString('latin1'), '00000000000\0');
    assert.equal(
      bytes.subarray(265, 345).every((byte) => byte === 0),
      true,
    );
  }
});

/** A text field, as archive/tar of go1.26 writes what has no room in it (recorded). */
const cutTexts: readonly (readonly [what: string, change: Partial<TarEntry>, at: number, field: string])[] = [
  ['a link', { type: '2', linkname: 'l'.repeat(101) }, 157, 'l'.repeat(100)],
  ['a link cut at a slash', { type: '2', linkname: `${'l'.repeat(99)}/x` }, 157, `${'l'.repeat(99)}\0`],
  ['a link cut at two', { type: '2', linkname: `${'l'.repeat(98)}//x` }, 157, `${'l'.repeat(98)}\0/`],
  ['a link that ends at its slash', { type: '2', linkname: `${'l'.repeat(99)}/` }, 157, `${'l'.repeat(99)}/`],
  ['a name', { name: `${'d'.repeat(99)}/${'n'.repeat(101)}` }, 0, `${'d'.repeat(99)}\0`],
  ['a user', { uname: `${'u'.repeat(31)}/x` }, 265, `${'u'.repeat(31)}\0`],
  ['a group', { gname: 'g'.repeat(33) }, 297, 'g'.repeat(32)],
];

test('a text without room is cut, and loses the slash at its new end', () => {
  for (const [what, change, at, field] of cutTexts) {
    const bytes = Buffer.from(tarHeader({ ...plain, ...change }));
    const main = bytes.subarray(bytes.length - 512);
    assert.equal(main.toString('latin1', at, at + field.length), field, what);
  }
});

test('padding fills the last block', () => {
  for (const [size, padding] of [
    [0, 0],
    [1, 511],
    [511, 1],
    [512, 0],
    [513, 511],
  ] as const) {
    assert.equal(tarPadding(size).length, padding);
  }
});

const varied: TarEntry[] = [
  { ...plain, name: 'dir', type: '5', mode: 0o755 },
  {
    ...plain,
    name: 'dir/file',
    mode: 0o4755,
    size: 3,
    uname: 'someone',
    gname: 'group',
    uid: 1000,
    gid: 100,
  },
  {
    ...plain,
    name: `dir/${'n'.repeat(120)}`,
    pax: new Map([['SCHILY.xattr.user.x', Buffer.from([0, 1, 0xff])]]),
  },
  { ...plain, name: `${'d'.repeat(80)}/${'e'.repeat(60)}/file` },
  { ...plain, name: 'dir/é', type: '2', linkname: 'l'.repeat(120), mode: 0o777 },
  { ...plain, name: 'dir/hard', type: '1', linkname: 'dir/file' },
  { ...plain, name: 'dir/null', type: '3', devmajor: 1, devminor: 3, mode: 0o666 },
  { ...plain, name: 'dir/pipe', type: '6', uid: 3_000_000 },
];

function archive(): Buffer {
  const parts = varied.flatMap((each) => [
    tarHeader(each),
    Buffer.alloc(each.size, 0x78),
    tarPadding(each.size),
  ]);
  return Buffer.concat([...parts, tarEnd]);
}

test('GNU tar lists what was written', { skip: lacks('tar') }, () => {
  const argv = [
    '-tv',
    '--utc',
    '--numeric-owner',
    '--full-time',
    '--quoting-style=literal',
    '--warning=no-unknown-keyword',
  ];
  const lines = execFileSync('tar', argv, { input: archive(), env: { ...process.env, LC_ALL: 'C' } })
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  const time = '2024-06-15 12:00:00';
  assert.deepEqual(lines, [
    `drwxr-xr-x 0/0 0 ${time} dir`,
    `-rwsr-xr-x 1000/100 3 ${time} dir/file`,
    `-rw-r--r-- 0/0 0 ${time} dir/${'n'.repeat(120)}`,
    `-rw-r--r-- 0/0 0 ${time} ${'d'.repeat(80)}/${'e'.repeat(60)}/file`,
    `lrwxrwxrwx 0/0 0 ${time} dir/é -> ${'l'.repeat(120)}`,
    `hrw-r--r-- 0/0 0 ${time} dir/hard link to dir/file`,
    `crw-rw-rw- 0/0 1,3 ${time} dir/null`,
    `prw-r--r-- 3000000/0 0 ${time} dir/pipe`,
  ]);
});

const pythonReader = `
import json, sys, tarfile
with tarfile.open(fileobj=sys.stdin.buffer, mode='r|') as archive:
    print(json.dumps([[e.name, e.type.decode(), e.mode, e.uid, e.gid, e.uname, e.gname, e.size, e.mtime, e.linkname, e.devmajor, e.devminor] for e in archive]))
`;

import { labPackage } from '../support/lab-packages.ts';
import { lacks } from '../support/programs.ts';

test('the tarfile of Python reads what was written', { skip: lacks('python3') }, () => {
  const listed = JSON.parse(execFileSync('python3', ['-c', pythonReader], { input: archive() }).toString());
  const expected = varied.map((each) => {
    const device = each.type === '3' ? [each.devmajor, each.devminor] : [0, 0];
    const { name: path, type, mode, uid, gid, uname, gname, size, mtime, linkname } = each;
    return [path, type, mode, uid, gid, uname, gname, size, mtime, linkname, ...device];
  });
  assert.deepEqual(listed, expected);
});
