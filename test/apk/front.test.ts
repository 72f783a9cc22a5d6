import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readFront } from '../../src/apk/front.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { apkOf, fileOf, makeKey, sourceOf, tarOf } from '../support/apk-builder.ts';
import { failure } from '../support/failures.ts';

const key = makeKey('test.rsa.pub');

test('the front is what the whole package says, without a byte of its data', async () => {
  for (const parts of [{}, { key }, { key, data: [fileOf('a', 'x'.repeat(5000))] }]) {
    const bytes = apkOf(parts);
    const whole = await readApk(sourceOf(bytes));
    const cut = bytes.subarray(0, whole.control.end + 20);
    for (const size of [1, 100, cut.length]) {
      const front = await readFront(sourceOf(cut, size));
      assert.deepEqual(Buffer.from(front.control), Buffer.from(whole.control.bytes));
      assert.equal(front.controlSha1, whole.control.sha1);
      assert.deepEqual(front.pkginfo, whole.control.pkginfo);
      assert.deepEqual(
        front.signatures.map(({ keyName }) => keyName),
        whole.signature?.signatures.map(({ keyName }) => keyName) ?? [],
      );
    }
  }
});

test('what is not a front is refused, and one of empty blocks is refused before it fills the memory', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('1f8b08000000000000ff', 'hex');
    const blocks = Buffer.concat(Array.from({ length: 50_000 }, () => Buffer.from('000000ffff', 'hex')));
    for (;;) yield blocks;
  }
  await assert.rejects(readFront({ name: 'endless', open: endless }), failure('limit-exceeded'));
  const cases: [what: string, bytes: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['bytes of nothing known', Buffer.from('ffd8ff00', 'hex')],
    ['no .PKGINFO', gzipSync(tarOf([{ name: 'a' }]))],
    ['a signature by itself', gzipSync(tarOf([{ name: '.SIGN.RSA.k' }]))],
  ];
  for (const [what, bytes] of cases)
    await assert.rejects(readFront(sourceOf(bytes)), failure('malformed'), what);
});
