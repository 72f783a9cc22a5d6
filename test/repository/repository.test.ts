import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { type CachedIndex, openRepository, packageLocation } from '../../src/repository/repository.ts';
import { makeKey, signatureOf } from '../support/apk-builder.ts';
import { failure } from '../support/failures.ts';
import { archiveOf, indexOf, recordText, usualRecord } from '../support/index-builder.ts';
import { architecture } from '../support/names.ts';

const key = makeKey('repository.rsa.pub');
const text = recordText(usualRecord);

function open(bytes: Uint8Array | undefined, keys = [key.public]) {
  const read = async (location: string) => {
    assert.equal(location, 'somewhere/x86_64/APKINDEX.tar.gz');
    return bytes;
  };
  return openRepository('somewhere', architecture('x86_64'), keys, { read });
}

test('an index is opened with its digest, its records and the state of its signature', async () => {
  const bytes = indexOf(text, key);
  const { indexSha256, records, signature } = await open(bytes);
  assert.equal(indexSha256, sha256(bytes));
  assert.equal(signature.kind, 'valid');
  const record = records.of('sample=1.0-r0')[0]!;
  assert.equal(
    packageLocation('somewhere', record, architecture('x86_64')),
    'somewhere/x86_64/sample-1.0-r0.apk',
  );
});

test('an index that is unsigned or of an unknown key is opened as such', async () => {
  assert.equal((await open(indexOf(text))).signature.kind, 'unsigned');
  assert.equal((await open(indexOf(text, key), [])).signature.kind, 'unknown-key');
});

test('an index that its key did not sign, a damaged one and none at all are failures', async () => {
  const swapped = Buffer.concat([signatureOf(archiveOf(text), key), archiveOf(`${text}\n`)]);
  await assert.rejects(open(swapped), failure('environment-invalid'));
  await assert.rejects(open(Buffer.from('x')), failure('environment-invalid'));
  await assert.rejects(open(undefined), failure('environment-unavailable'));
});

test('an index that lists only builds older than before is noticed, and only a signed one moves the mark', async () => {
  const seen = new Map<string, number>();
  const newest = {
    recall: (name: string) => seen.get(name),
    remember: (name: string, at: number) => void seen.set(name, at),
  };
  const openAt = (time: string, signed: boolean) => {
    const record = recordText({ ...usualRecord, t: time });
    const bytes = signed ? indexOf(record, key) : indexOf(record);
    return openRepository('r', architecture('x86_64'), [key.public], { read: async () => bytes, newest });
  };
  assert.equal((await openAt('2000', true)).rolledBackFrom, undefined);
  assert.equal((await openAt('3000', false)).rolledBackFrom, undefined);
  assert.equal((await openAt('1000', true)).rolledBackFrom, 2000);
  assert.equal((await openAt('2000', true)).rolledBackFrom, undefined);
});

test('a parsed index that is remembered is used instead of parsing again', async () => {
  const bytes = indexOf(text, key);
  const kept = new Map<string, CachedIndex>();
  const parsed = {
    recall: async (digest: string) => kept.get(digest),
    remember: (digest: string, index: CachedIndex) => void kept.set(digest, index),
  };
  const access = { read: async () => bytes, parsed };
  const first = await openRepository('r', architecture('x86_64'), [key.public], access);
  const again = await openRepository('r', architecture('x86_64'), [key.public], access);
  assert.equal(kept.size, 1);
  assert.deepEqual(again.signature, first.signature);
  assert.deepEqual([...again.records], [...first.records]);
});
