import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseIndex } from '../../src/repository/apkindex.ts';
import { verifySignatures } from '../../src/repository/keyring.ts';
import { makeKey, signatureOf, tarOf } from '../support/apk-builder.ts';
import { codeOf, failure } from '../support/failures.ts';
import { archiveOf, indexOf, recordText, usualRecord } from '../support/index-builder.ts';

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

test('records are apart by empty lines; fields that are not there are empty', async () => {
  const small = recordText({ C: 'Q1x', P: 'a', V: '1' });
  const { records } = await parseIndex(indexOf(`\n${small}\n\n${recordText({ C: 'Q1y', P: 'b', V: '2' })}`));
  assert.deepEqual([...records.keys()], ['a=1', 'b=2']);
  assert.deepEqual(records.get('a=1')!.dependencies, []);
  assert.equal(records.get('a=1')!.origin, '');
  assert.equal((await parseIndex(indexOf(''))).records.size, 0);
});

test('a record without name, version or checksum spoils the index', async () => {
  for (const letter of ['C', 'P', 'V']) {
    const record = Object.fromEntries(Object.entries(usualRecord).filter(([each]) => each !== letter));
    await assert.rejects(parseIndex(indexOf(recordText(record))), failure('index-invalid'), letter);
  }
  await assert.rejects(
    parseIndex(indexOf(recordText({ ...usualRecord, C: 'deadbeef' }))),
    failure('index-invalid'),
  );
});

test('a signature is about the bytes behind its section', async () => {
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
  for (const [what, bytes] of cases) await assert.rejects(parseIndex(bytes), failure('index-invalid'), what);
});

test('every truncation and every changed byte gives an index or a failure', async () => {
  const bytes = indexOf(recordText(usualRecord), key);
  for (let length = 0; length < bytes.length; length += 13) {
    const code = await codeOf(() => parseIndex(bytes.subarray(0, length)));
    assert.equal(code, 'index-invalid', `cut at ${length}`);
  }
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(change, async ([at, byte]) => {
      const changed = Buffer.from(bytes);
      changed[at] = byte;
      const code = await codeOf(() => parseIndex(changed));
      assert.ok(code === undefined || code === 'index-invalid', code);
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
      assert.ok(code === undefined || code === 'index-invalid', code);
    }),
  );
});
