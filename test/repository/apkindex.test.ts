import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseIndex } from '../../src/repository/apkindex.ts';
import { verifySignatures } from '../../src/repository/keyring.ts';
import { makeKey, signatureOf, tarOf } from '../support/apk-builder.ts';
import { codeOf, failure } from '../support/failures.ts';
import { archiveOf, checksumOf, indexOf, recordText, usualRecord } from '../support/index-builder.ts';

const key = makeKey('repository.rsa.pub');

test('every field of a record is read, lists at spaces, texts with their colons', async () => {
  const { records } = await parseIndex(indexOf(recordText(usualRecord)));
  assert.deepEqual(
    [...records],
    [
      [
        'sample=1.0-r0',
        {
          name: 'sample',
          version: '1.0-r0',
          checksum: usualRecord['C'],
          arch: 'x86_64',
          fileSize: 1234,
          installedSize: '5678',
          description: 'A sample: with a colon',
          url: 'https://example.org/',
          license: 'MIT',
          origin: 'sample',
          maintainer: 'wolfi',
          buildTime: '1700000000',
          commit: '0123456789abcdef0123456789abcdef01234567',
          dependencies: ['so:libc.so.6', 'other>=1'],
          provides: ['cmd:sample=1.0-r0'],
          providerPriority: '10',
        },
      ],
    ],
  );
});

test('records are separated by empty lines; absent fields are empty', async () => {
  const small = recordText({ C: checksumOf('x'), P: 'a', V: '1' });
  const { records } = await parseIndex(
    indexOf(`\n${small}\n\n${recordText({ C: checksumOf('y'), P: 'b', V: '2' })}`),
  );
  assert.deepEqual([...records.keys()], ['a=1', 'b=2']);
  assert.deepEqual(records.of('a=1')[0]!.dependencies, []);
  assert.equal(records.of('a=1')[0]!.origin, '');
  assert.equal((await parseIndex(indexOf(''))).records.size, 0);
});

test('a record without a name, a version or a checksum that a package could have is named, and the others are used', async () => {
  const without = (letter: string) =>
    Object.fromEntries(Object.entries(usualRecord).filter(([each]) => each !== letter));
  const cases: [what: string, record: Readonly<Record<string, string>>, name: string][] = [
    ['no checksum', without('C'), 'sample=1.0-r0'],
    ['no name', without('P'), '=1.0-r0'],
    ['no version', without('V'), 'sample='],
    ...['', 'deadbeef', 'Q1', 'Q1x', 'Q2AAAAAAAAAAAAAAAAAAAAAAAAAAA=', `${usualRecord['C']}A`].map(
      (C): [string, Readonly<Record<string, string>>, string] => [
        `the checksum ${C}`,
        { ...usualRecord, C },
        'sample=1.0-r0',
      ],
    ),
  ];
  const good = recordText({ C: checksumOf('x'), P: 'good', V: '1' });
  for (const [what, record, name] of cases)
    for (const text of [`${recordText(record)}${good}`, `${good}${recordText(record)}`]) {
      const { records } = await parseIndex(indexOf(text));
      assert.deepEqual([...records.keys()], ['good=1'], what);
      assert.deepEqual(records.faults.unusable, { count: 1, names: [name] }, what);
      assert.equal(records.of(name).length, 0, what);
    }
});

test('records of one name and version are all kept, and named where their checksums differ, in every order', async () => {
  const record = (content: string) => recordText({ ...usualRecord, C: checksumOf(content) });
  const [one, two, three] = ['one', 'two', 'three'].map(record);
  const orders = [
    [one, two, three],
    [three, two, one],
    [two, one, two, three, one],
  ];
  const found = await Promise.all(
    orders.map(async (order) => (await parseIndex(indexOf(order.join('')))).records),
  );
  for (const records of found) {
    assert.deepEqual(
      records.of('sample=1.0-r0').map(({ checksum }) => checksum),
      ['one', 'two', 'three'].map(checksumOf).sort(),
    );
    assert.deepEqual(records.faults.ambiguous, { count: 1, names: ['sample=1.0-r0'] });
  }
  const same = (await parseIndex(indexOf(`${one}${one}`))).records;
  assert.equal(same.of('sample=1.0-r0').length, 1);
  assert.equal(same.faults.ambiguous.count, 0);
});

test('faults are counted, and named up to ten', async () => {
  const many = Array.from({ length: 500 }, (_, at) =>
    recordText({ P: `p${String(at).padStart(3, '0')}`, V: '1' }),
  );
  const { unusable } = (await parseIndex(indexOf(many.join('')))).records.faults;
  assert.equal(unusable.count, 500);
  assert.deepEqual(
    unusable.names,
    Array.from({ length: 10 }, (_, at) => `p00${at}=1`),
  );
});

test('a signature signs the bytes behind its section', async () => {
  const bytes = indexOf(recordText(usualRecord), key);
  const { signatures, signedBytes } = await parseIndex(bytes);
  assert.equal(verifySignatures(signatures, signedBytes, [key.public]).kind, 'valid');
  assert.deepEqual((await parseIndex(indexOf(''))).signatures, []);
});

test('nothing that is not signed passes for the signed list', async () => {
  const evil = recordText({ ...usualRecord, C: 'Q1evil' });
  const good = archiveOf(recordText(usualRecord));
  const signature = signatureOf(good, key);
  // A control section signed by the same key, behind a list of one's own: the signature fits, the list is forged.
  const control = gzipSync(tarOf([{ name: '.PKGINFO', content: 'pkgname = a\n' }]));
  const content = Buffer.from('signature');
  const forged = gzipSync(
    tarOf([
      { name: '.SIGN.RSA256.k', content },
      { name: 'APKINDEX', content: evil },
    ]),
  );
  const cases: [what: string, bytes: Buffer][] = [
    ['a list in front of another signed thing', Buffer.concat([forged, control])],
    ['a list in the signature section', Buffer.concat([forged, good])],
    ['a list behind the signed one', Buffer.concat([signature, good, archiveOf(evil)])],
    ['a list in front of the signature', Buffer.concat([archiveOf(evil), signature, good])],
    ['two lists, no signature', Buffer.concat([archiveOf(evil), good])],
    ['the signature in the archive', archiveOf(evil, [{ name: '.SIGN.RSA256.k', content }])],
    ['a signature by itself', signature],
    ['no list', gzipSync(tarOf([{ name: 'DESCRIPTION' }]))],
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('C:Q1x\nP:a\nV:1\n')],
    ['no archive', gzipSync(Buffer.from('C:Q1x\nP:a\nV:1\n'))],
  ];
  for (const [what, bytes] of cases)
    await assert.rejects(parseIndex(bytes), failure('environment-invalid'), what);
});

test('every truncation and every changed byte gives an index or a failure', async () => {
  const bytes = indexOf(recordText(usualRecord), key);
  for (let length = 0; length < bytes.length; length += 13) {
    const code = await codeOf(() => parseIndex(bytes.subarray(0, length)));
    assert.equal(code, 'environment-invalid', `cut at ${length}`);
  }
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(change, async ([at, byte]) => {
      const changed = Buffer.from(bytes);
      changed[at] = byte;
      const code = await codeOf(() => parseIndex(changed));
      assert.ok(code === undefined || code === 'environment-invalid', code);
    }),
  );
});

test('any text gives records or a failure', async () => {
  const line = fc.oneof(
    fc.constantFrom('', 'P:a', 'V:1', 'C:Q1x', ':', 'x', 'D: a  b ', 'P:', '\udc80', 'S:-1'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
      const code = await codeOf(() => parseIndex(indexOf(lines.join('\n'))));
      assert.ok(code === undefined || code === 'environment-invalid', code);
    }),
  );
});
