import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultLimits } from '../../src/apk/limits.ts';
import type { TarHeader } from '../../src/apk/tar-header.ts';
import { parsePax } from '../../src/apk/tar-header.ts';
import { type TarBounds, type TarEnd, TarReader } from '../../src/apk/tar-reader.ts';
import { Failure } from '../../src/failure.ts';
import { entryOf, type Part, padded, paxRecord, sealed, tarOf } from '../support/apk-builder.ts';
import { codeOf, failure } from '../support/failures.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Entry {
  readonly header: TarHeader;
  readonly content: Buffer;
}

function read(bytes: Uint8Array, size = bytes.length, bounds: TarBounds = defaultLimits) {
  const entries: Entry[] = [];
  let header: TarHeader | undefined;
  let content: Uint8Array[] = [];
  const reader = new TarReader(
    {
      entry(next) {
        assert.equal(header, undefined, 'an entry begins before the last one ended');
        header = next;
        content = [];
      },
      content: (piece) => void content.push(Uint8Array.from(piece)),
      entryEnd() {
        entries.push({ header: header!, content: Buffer.concat(content) });
        header = undefined;
      },
    },
    bounds,
  );
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  const end: TarEnd = reader.end();
  return { entries, end };
}

const samples: Part[] = [
  { name: 'usr', type: '5', mode: 0o755 },
  { name: 'usr/empty' },
  { name: 'usr/full', content: Buffer.alloc(512, 7), mode: 0o4755, uid: 65534, uname: 'nobody' },
  { name: 'usr/odd', content: 'x', pax: [['SCHILY.xattr.user.test', Buffer.from('76000a77ff', 'hex')]] },
  { name: 'usr/link', type: '2', link: '../somewhere', mtime: 1_700_000_000 },
  { name: 'usr/hard', type: '1', link: 'usr/full' },
  { name: 'dev/null', type: '3', major: 1, minor: 3 },
  { name: 'run/pipe', type: '6' },
];

test('every entry comes with its fields, its content and its raw header, in pieces of any size', () => {
  const bytes = tarOf(samples);
  const whole = read(bytes);
  assert.deepEqual(
    whole.entries.map(({ header, content }) => [
      header.name,
      header.type,
      header.linkname,
      content.toString('hex'),
    ]),
    samples.map(({ name, type = '0', link = '', content = '' }) => [
      name,
      type,
      link,
      Buffer.from(content).toString('hex'),
    ]),
  );
  const odd = whole.entries[3]!.header;
  assert.deepEqual(
    odd.pax.map(({ key, value }) => [key, Buffer.from(value).toString('hex')]),
    [['SCHILY.xattr.user.test', '76000a77ff']],
  );
  assert.deepEqual(whole.entries[6]!.header.devminor, 3);
  const parts = whole.entries.map(({ header, content }) => [Buffer.from(header.raw), padded(content)]);
  assert.deepEqual(Buffer.concat([...parts.flat(), Buffer.alloc(1024)]), bytes);
  assert.deepEqual(whole.end, { zeroBlocks: 2, size: bytes.length });
  for (const size of [1, 3, 511, 512, 513, 1000])
    assert.deepEqual(read(bytes, size), whole, `pieces of ${size}`);
});

test('offsets point at the first header block of an entry', () => {
  const bytes = tarOf(samples);
  for (const { header } of read(bytes).entries) {
    const { offset, raw } = header;
    assert.deepEqual(bytes.subarray(offset, offset + raw.length), Buffer.from(raw));
  }
});

test('an archive may be closed or only flushed, and says which', () => {
  for (const blocks of [0, 1, 2, 20]) {
    const bytes = Buffer.concat([tarOf(samples, false), Buffer.alloc(blocks * 512)]);
    assert.equal(read(bytes).end.zeroBlocks, blocks);
  }
});

test('records of a pax header override the fields of the header', () => {
  const cases: [key: string, value: string | Uint8Array, field: keyof TarHeader, expected: unknown][] = [
    ['path', 'long/'.repeat(40), 'name', 'long/'.repeat(40)],
    ['path', Buffer.from([0x61, 0xff]), 'name', 'a\udcff'],
    ['linkpath', 'target', 'linkname', 'target'],
    ['uname', 'someone', 'uname', 'someone'],
    ['gname', 'group', 'gname', 'group'],
    ['uid', '3000000', 'uid', 3_000_000],
    ['gid', '4000000', 'gid', 4_000_000],
    ['mtime', '1700000000.999999999', 'mtime', 1_700_000_000],
    ['mtime', '-1.5', 'mtime', -2],
    ['mtime', '-1.0', 'mtime', -1],
    ['comment', 'anything', 'name', 'name'],
    ['path', '', 'name', 'name'],
    ['mtime', '', 'mtime', 0],
  ];
  for (const [key, value, field, expected] of cases) {
    const { entries } = read(tarOf([{ name: 'name', pax: [[key, value]] }]));
    assert.deepEqual(entries[0]!.header[field], expected, key);
  }
});

test('the last of two records with one key counts, and both are kept', () => {
  const { header } = read(
    tarOf([
      {
        name: 'name',
        pax: [
          ['path', 'first'],
          ['path', 'second'],
        ],
      },
    ]),
  ).entries[0]!;
  assert.equal(header.name, 'second');
  assert.equal(header.pax.length, 2);
});

test('numbers are octal with spaces or zero bytes around, or base-256', () => {
  const cases: [field: string | Uint8Array, mode: number][] = [
    ['0000755\0', 0o755],
    ['    755 ', 0o755],
    [' 755\0\0\0\0', 0o755],
    ['00000755', 0o755],
    [Buffer.alloc(8), 0],
    ['        ', 0],
    [Buffer.from('80000000000001ed', 'hex'), 0o755],
  ];
  for (const [field, mode] of cases) {
    const { entries } = read(tarOf([{ name: 'name', patches: [[100, field]] }]));
    assert.equal(entries[0]!.header.mode, mode, JSON.stringify(field));
  }
});

test('damaged headers are malformed', () => {
  const patched = (at: number, bytes: string | Uint8Array) =>
    tarOf([{ name: 'name', patches: [[at, bytes]] }]);
  const broken = Buffer.from(tarOf([{ name: 'name' }]));
  broken[0]! ^= 1;
  const cases: [what: string, bytes: Buffer][] = [
    ['a check sum that does not fit', broken],
    ['a digit that is not octal', patched(100, '0000789\0')],
    ['a number with a sign', patched(108, '-000001\0')],
    ['a number with a gap', patched(108, '00 0001\0')],
    ['text behind a zero byte', patched(108, '0001\x00001')],
    ['a no-break space', patched(108, Buffer.from('2020a03020202020', 'hex'))],
    ['a negative base-256 number', patched(136, Buffer.alloc(12, 0xff))],
    [
      'a base-256 number beyond all bounds',
      patched(136, Buffer.concat([Buffer.from([0xbf]), Buffer.alloc(11, 0xff)])),
    ],
    ['something behind the end', Buffer.concat([tarOf(samples), tarOf(samples)])],
    [
      'data in the padding',
      padded(Buffer.concat([entryOf({ name: 'a', content: 'x' }).subarray(0, 513), Buffer.from('!')])),
    ],
    ['a link with a size', tarOf([{ name: 'a', type: '2', link: 'b', content: 'x' }])],
    ['a directory with a size', tarOf([{ name: 'a', type: '5', content: 'x' }])],
    ['a hard link with a size', tarOf([{ name: 'a' }, { name: 'b', type: '1', link: 'a', content: 'x' }])],
    [
      'two pax headers',
      tarOf([{ name: 'a', type: 'x', content: paxRecord('a', 'b') }, ...samples.slice(3, 4)]),
    ],
    [
      'a pax header for nothing',
      Buffer.concat([entryOf({ name: 'a', type: 'x', content: paxRecord('a', 'b') }), Buffer.alloc(1024)]),
    ],
    ['a pax header at the end', entryOf({ name: 'a', type: 'x', content: paxRecord('a', 'b') })],
    ['two sizes', tarOf([{ name: 'a', content: 'xyz', pax: [['size', '1']] }])],
    ['a size beside none', tarOf([{ name: 'a', pax: [['size', '512']] }, { name: 'b' }])],
  ];
  for (const [what, bytes] of cases) {
    for (const size of [1, bytes.length]) assert.throws(() => read(bytes, size), failure('malformed'), what);
  }
});

test('a size that the field has no room for is taken from the pax record', () => {
  const gigabytes = 9 * 2 ** 30;
  const header = entryOf({ name: 'a', pax: [['size', String(gigabytes)]] });
  let size = 0;
  const reader = new TarReader(
    { entry: (entry) => (size = entry.size), content() {}, entryEnd() {} },
    defaultLimits,
  );
  reader.write(header);
  assert.equal(size, gigabytes);
  assert.throws(() => reader.end(), failure('malformed'));
});

test('only files, links, devices, directories and FIFOs are entries', () => {
  for (const type of ['7', 'g', 'L', 'K', 'S', 'N', 'V', 'M', 'D', 'A', 'X', 'Z', '\x1b', '\xff']) {
    assert.throws(() => read(tarOf([{ name: 'a', type }])), failure('malformed'), JSON.stringify(type));
  }
  assert.equal(read(tarOf([{ name: 'a', patches: [[156, Buffer.from([0])]] }])).entries[0]!.header.type, '0');
});

test('where other programs are allowed, GNU’s long names and headers for all that follows are read as they mean it', () => {
  const foreign = { ...defaultLimits, foreign: true };
  const long = 'n/'.repeat(100);
  const name = (type: string, text: string): Part => ({ name: '././@LongLink', type, content: `${text}\0` });
  const global: Part = { name: 'pax_global_header', type: 'g', content: '18 comment=anyone\n' };
  const cases: [parts: Part[], names: string[], link: string][] = [
    [[name('L', `${long}a`), { name: 'short', content: 'x' }], [`${long}a`], ''],
    [[name('K', `${long}b`), name('L', 'a'), { name: 'short', type: '2', link: 'x' }], ['a'], `${long}b`],
    [[name('L', 'lost'), { name: 'short', pax: [['path', 'kept']] }], ['kept'], ''],
    [[global, { name: 'a' }, { name: 'b' }], ['a', 'b'], ''],
    [[global, global, name('L', 'c'), { name: 'a' }], ['c'], ''],
  ];
  for (const [parts, names, link] of cases) {
    const bytes = tarOf(parts);
    for (const size of [bytes.length, 7]) {
      const { entries } = read(bytes, size, foreign);
      assert.deepEqual(
        entries.map(({ header }) => header.name),
        names,
      );
      const [{ header, content }] = entries as [Entry];
      assert.equal(header.linkname, link);
      assert.equal(
        bytes.indexOf(content, header.offset + header.raw.length),
        header.offset + header.raw.length,
      );
    }
  }
  const unpadded = tarOf([{ name: 'a', content: 'x' }], false).subarray(0, 513);
  assert.equal(read(unpadded, 513, foreign).entries[0]!.content.toString(), 'x');
  for (const bytes of [
    unpadded.subarray(0, 512),
    tarOf([name('L', 'a')]),
    tarOf([{ ...global, content: '' }]),
  ])
    assert.throws(() => read(bytes, bytes.length, foreign), Failure);
});

test('the prefix of ustar counts, that of other formats does not', () => {
  const prefixed: Part = { name: 'name', patches: [[345, 'some/folder']] };
  assert.equal(read(tarOf([prefixed])).entries[0]!.header.name, 'some/folder/name');
  const gnu: Part = {
    name: 'name',
    patches: [
      [257, 'ustar  \0'],
      [345, 'xxx'],
    ],
  };
  assert.equal(read(tarOf([gnu])).entries[0]!.header.name, 'name');
});

test('names fill their fields without an end', () => {
  const name = 'n'.repeat(100);
  const link = 'l'.repeat(100);
  const { header } = read(tarOf([{ name, link, type: '2' }])).entries[0]!;
  assert.deepEqual([header.name, header.linkname], [name, link]);
});

test('every truncation is malformed except one between entries', () => {
  const bytes = tarOf(samples, false);
  const whole = new Set(read(bytes).entries.map(({ header }) => header.offset));
  for (let length = 1; length < bytes.length; length += length % 512 === 511 || length % 512 === 0 ? 1 : 37) {
    if (whole.has(length)) assert.ok(read(bytes.subarray(0, length)).entries.length < samples.length);
    else assert.throws(() => read(bytes.subarray(0, length)), failure('malformed'), `cut at ${length}`);
  }
});

test('reading is bounded in entries, headers, pax headers and paths', () => {
  const bounds: TarBounds = { entries: 3, pathBytes: 50, paxBytes: 60, headerBytes: 10_000 };
  const named = (name: string): Part => ({ name, pax: [['path', name]] });
  const cases: [what: string, parts: Part[], bounds: TarBounds][] = [
    ['entries', [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }], bounds],
    ['bytes of a path, not characters', [named('é'.repeat(26))], { ...bounds, paxBytes: 1000 }],
    ['bytes of a link', [{ name: 'a', type: '2', link: 'x'.repeat(51) }], bounds],
    ['a pax header', [named('x'.repeat(49))], { ...bounds, paxBytes: 57 }],
    ['headers together', [{ name: 'a' }, { name: 'b' }], { ...bounds, headerBytes: 1023 }],
  ];
  for (const [what, parts, given] of cases) {
    assert.throws(() => read(tarOf(parts), 512, given), failure('limit-exceeded'), what);
  }
  assert.equal(
    read(tarOf([{ name: 'x'.repeat(50) }, { name: 'b' }, { name: 'c' }]), 512, bounds).entries.length,
    3,
  );
  assert.throws(
    () => read(tarOf([{ name: 'a', type: 'x' }])),
    failure('limit-exceeded'),
    'an empty pax header',
  );
});

test('a lie about the size of a pax header is refused before the memory is spent', () => {
  const header = sealed(Buffer.from(entryOf({ name: 'a', type: 'x', content: 'x' }).subarray(0, 512)));
  header.write('77777777777\0', 124, 'latin1');
  assert.throws(() => read(sealed(header)), failure('limit-exceeded'));
});

test('headers that stay hold little more memory than they have bytes', () => {
  const pax = [['APK-TOOLS.checksum.SHA1', '0'.repeat(40)]] as const;
  const bytes = tarOf(Array.from({ length: 2000 }, (_, at) => ({ name: `file-${at}`, pax })));
  const { entries } = read(bytes);
  const raws = entries.map(({ header }) => header.raw);
  const held = [...new Set(raws.map(({ buffer }) => buffer))].reduce((sum, each) => sum + each.byteLength, 0);
  const kept = raws.reduce((sum, { length }) => sum + length, 0);
  assert.ok(held < 1.1 * kept, `${held} bytes for ${kept}`);
});

test('pax records come back from what was written, binary values included', () => {
  const key = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/[=\ud800-\udfff]/.test(text));
  const records = fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 120 })), { maxLength: 5 });
  fc.assert(
    fc.property(records, (list) => {
      const bytes = Buffer.concat(list.map(([name, value]) => paxRecord(name, value)));
      assert.deepEqual(
        parsePax(bytes).map(({ key: name, value }) => [name, value]),
        list.map(([name, value]) => [name, Uint8Array.from(value)]),
      );
    }),
  );
});

test('damaged pax records are malformed', () => {
  const cases = [
    'x',
    '5 a=b',
    '6 a=b\n\n',
    '7 a=b\n',
    '5 a=b\n',
    '06 a=b\n',
    ' 6 a=b\n',
    '6\ta=b\n',
    '4 a\n',
    '5 =b\n',
    '-6 a=b\n',
    '99999999999 a=b\n',
    '0 a=b\n',
    '1 ',
    '2 ',
    '6 a=bx',
  ];
  for (const text of cases) assert.throws(() => parsePax(Buffer.from(text)), failure('malformed'), text);
});

test('invalid numbers in pax records are malformed', () => {
  const cases: [key: string, value: string][] = [
    ['uid', '-1'],
    ['uid', '1e3'],
    ['gid', '0x10'],
    ['gid', '9'.repeat(16)],
    ['size', ' 5'],
    ['mtime', 'now'],
    ['mtime', '1.'],
    ['mtime', 'Infinity'],
  ];
  for (const [key, value] of cases) {
    assert.throws(
      () => read(tarOf([{ name: 'a', pax: [[key, value]] }])),
      failure('malformed'),
      `${key}=${value}`,
    );
  }
});

test('any archive with any changed bytes gives entries or a failure', async () => {
  const bytes = tarOf(samples);
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (changes, reseal) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of changes) {
          changed[at] = byte;
          if (reseal) sealed(changed.subarray(at - (at % 512), at - (at % 512) + 512));
        }
        const code = await codeOf(() => read(changed, 700));
        assert.ok(code === undefined || code === 'malformed' || code === 'limit-exceeded', code);
      },
    ),
    { numRuns: 500 },
  );
});

test('what GNU tar writes is read as GNU tar lists it', { skip: lacks('tar') }, (context) => {
  const folder = temporaryFolder(context);
  const long = `deep/${'d'.repeat(90)}/${'f'.repeat(90)}`;
  mkdirSync(join(folder, 'deep', 'd'.repeat(90)), { recursive: true });
  writeFileSync(join(folder, long), 'content');
  writeFileSync(join(folder, 'é'), Buffer.alloc(1000, 1));
  symlinkSync('x'.repeat(150), join(folder, 'link'));
  for (const format of ['pax', 'ustar']) {
    const names = format === 'pax' ? ['deep', 'é', 'link'] : ['deep', 'é'];
    const bytes = execFileSync('tar', ['-c', `--format=${format}`, '-C', folder, ...names]);
    const listed = execFileSync('tar', ['-t', '--quoting-style=literal'], { input: bytes }).toString();
    assert.equal(
      read(bytes)
        .entries.map(({ header }) => `${header.name}\n`)
        .join(''),
      listed,
      format,
    );
    assert.equal(
      read(bytes)
        .entries.find(({ header }) => header.name === long)!
        .content.toString(),
      'content',
    );
  }
});

const pythonWriter = `
import io, sys, tarfile
out = tarfile.open(fileobj=sys.stdout.buffer, mode='w|', format=tarfile.PAX_FORMAT)
for name, kind in [('a' * 120, tarfile.REGTYPE), ('déjà', tarfile.REGTYPE), ('pipe', tarfile.FIFOTYPE), ('l', tarfile.SYMTYPE)]:
    info = tarfile.TarInfo(name)
    info.type, info.uid, info.mtime, info.linkname = kind, 3000000, 1700000000.5, 'x' * 130 if kind == tarfile.SYMTYPE else ''
    info.size = 700 if kind == tarfile.REGTYPE else 0
    out.addfile(info, io.BytesIO(b'z' * 700))
out.close()
`;

import { lacks } from '../support/programs.ts';

test('what the tarfile of Python writes is read', { skip: lacks('python3') }, () => {
  const { entries } = read(execFileSync('python3', ['-c', pythonWriter]));
  assert.deepEqual(
    entries.map(({ header, content }) => [
      header.name,
      header.uid,
      header.mtime,
      header.linkname,
      content.length,
    ]),
    [
      ['a'.repeat(120), 3_000_000, 1_700_000_000, '', 700],
      ['déjà', 3_000_000, 1_700_000_000, '', 700],
      ['pipe', 3_000_000, 1_700_000_000, '', 0],
      ['l', 3_000_000, 1_700_000_000, 'x'.repeat(130), 0],
    ],
  );
});
