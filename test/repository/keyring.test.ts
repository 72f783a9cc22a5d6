import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { test } from 'node:test';
import type { Signature } from '../../src/apk/signature.ts';
import { type SignatureState, verifySignatures } from '../../src/repository/keyring.ts';
import { type Key, makeKey } from '../support/apk-builder.ts';
import { keyName } from '../support/names.ts';

const signed = Buffer.from('signed');
const [one, two] = [makeKey('one.pub'), makeKey('two.pub')];
/** Another key under the name of the first. */
const namesake = makeKey('one.pub');

function signatureBy(key: Key, bytes: Uint8Array = signed): Signature {
  const sign = createSign('RSA-SHA256').update(bytes).sign(key.private);
  return { algorithm: 'RSA256', keyName: keyName(key.name), bytes: sign };
}

test('signatures are worth what the named keys make of them, and one that is wrong spoils all', () => {
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
