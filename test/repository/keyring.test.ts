import assert from 'node:assert/strict';
import { createHash, createSign } from 'node:crypto';
import { test } from 'node:test';
import type { Signature } from '../../src/apk/apk-signature.ts';
import { type SignatureState, verifySignatures } from '../../src/repository/keyring.ts';
import { type Key, makeKey } from '../support/apk-builder.ts';
import { keyName } from '../support/names.ts';

const signed = Buffer.from('signed');
const [one, two] = [makeKey('one.pub'), makeKey('two.pub')];
/** Another key under the name of the first. */
const namesake = makeKey('one.pub');

/** The first key in a file of another name. */
const renamed: Key = { ...one, public: { ...one.public, name: keyName('renamed.pub') } };

function signatureBy(key: Key, bytes: Uint8Array = signed): Signature {
  const sign = createSign('RSA-SHA256').update(bytes).sign(key.private);
  return { algorithm: 'RSA256', keyName: keyName(key.name), bytes: sign };
}

test('signatures are judged by the named keys, and a wrong one invalidates all', () => {
  const good = signatureBy(one);
  const wrong = signatureBy(one, Buffer.from('other'));
  const cases: [what: string, signatures: Signature[], keys: Key[], kind: SignatureState['kind']][] = [
    ['none', [], [one], 'unsigned'],
    ['one that fits', [good], [one], 'valid'],
    ['no key', [good], [], 'unknown-key'],
    ['a key of another name', [good], [two], 'unknown-key'],
    ['one that does not fit', [wrong], [one], 'invalid'],
    ['one that fits beside an unknown one', [signatureBy(two), good], [one], 'valid'],
    ['an unknown one behind one that fits', [good, signatureBy(two)], [one], 'valid'],
    ['one that fits behind one that does not', [wrong, signatureBy(two)], [one, two], 'invalid'],
    ['one that does not fit behind one that does', [signatureBy(two), wrong], [one, two], 'invalid'],
    ['one that does not fit, of an unknown key', [wrong], [two], 'unknown-key'],
    ['another key of the same name', [good], [namesake], 'invalid'],
    ['both keys of one name', [good], [namesake, one], 'valid'],
    ['the second key of one name', [signatureBy(namesake)], [one, namesake], 'valid'],
    ['a key under another name', [good], [renamed], 'valid'],
    ['a key under another name beside a wrong one', [good], [namesake, renamed], 'valid'],
    ['a key under another name, over other bytes', [wrong], [renamed], 'unknown-key'],
    ['a signature of another length', [{ ...good, bytes: good.bytes.subarray(1) }], [one], 'invalid'],
    ['an empty signature', [{ ...good, bytes: Buffer.alloc(0) }], [one], 'invalid'],
    [
      'one that fits behind more than anybody writes',
      [...Array<Signature>(40).fill(signatureBy(two)), good],
      [one],
      'unknown-key',
    ],
  ];
  for (const [what, signatures, keys, kind] of cases) {
    const state = verifySignatures(
      signatures,
      signed,
      keys.map((key) => key.public),
    );
    assert.equal(state.kind, kind, what);
  }
});

test('a key that fits under a different name is reported with both names, and keys that do not fit by their fingerprints', () => {
  const publicKeys = (...keys: Key[]) => keys.map((key) => key.public);
  assert.deepEqual(verifySignatures([signatureBy(one)], signed, publicKeys(renamed)), {
    kind: 'valid',
    keyName: 'one.pub',
    algorithm: 'RSA256',
    givenAs: 'renamed.pub',
  });
  assert.deepEqual(verifySignatures([signatureBy(one)], signed, publicKeys(renamed, one)), {
    kind: 'valid',
    keyName: 'one.pub',
    algorithm: 'RSA256',
  });
  const state = verifySignatures([signatureBy(one)], signed, publicKeys(two, namesake));
  const der = namesake.public.key.export({ type: 'spki', format: 'der' });
  const sum = createHash('sha256').update(der).digest('hex');
  assert.ok(state.kind === 'invalid');
  assert.deepEqual(state.fingerprints, [sum]);
});
