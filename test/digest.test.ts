import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha1, sha1Hasher, sha256, sha256Hasher } from '../src/digest.ts';
import { witnessedSha256Hasher } from '../src/witnessed-digest.ts';

test('digests are those of the standards (FIPS 180-4, "abc")', () => {
  const bytes = Buffer.from('abc');
  assert.equal(sha256(bytes), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(sha1(bytes), 'a9993e364706816aba3e25717850c26c9cd0d89d');
});

test('all hashers agree on any stream, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (parts) => {
      const whole = Buffer.concat(parts);
      const expected = createHash('sha256').update(whole).digest('hex');
      for (const hasher of [sha256Hasher(), witnessedSha256Hasher()]) {
        for (const part of parts) hasher.update(part);
        assert.equal(hasher.digest(), expected);
      }
      const short = sha1Hasher();
      for (const part of parts) short.update(part);
      assert.equal(short.digest(), createHash('sha1').update(whole).digest('hex'));
    }),
  );
});
