import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  isSignatureName,
  parsePublicKey,
  parseSignature,
  signatureFits,
} from '../../src/apk/apk-signature.ts';
import { failure } from '../support/failures.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lacks } from '../support/programs.ts';

test('signatures that openssl made fit, and nothing else does', { skip: lacks('openssl') }, (context) => {
  const folder = temporaryFolder(context);
  const path = (name: string) => join(folder, name);
  const openssl = (...argv: string[]) =>
    execFileSync('openssl', argv, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const signed = Buffer.from('the compressed control section');
  writeFileSync(path('signed'), signed);
  openssl('genrsa', '-out', 'key.pem', '2048');
  openssl('rsa', '-in', 'key.pem', '-pubout', '-out', 'key.pub');
  openssl('rsa', '-in', 'key.pem', '-RSAPublicKey_out', '-out', 'key.old.pub');
  openssl('genrsa', '-out', 'other.pem', '2048');
  openssl('rsa', '-in', 'other.pem', '-pubout', '-out', 'other.pub');
  const key = parsePublicKey('key', readFileSync(path('key.pub')));
  const other = parsePublicKey('key', readFileSync(path('other.pub')));
  const algorithms = [
    ['RSA', '-sha1'],
    ['RSA256', '-sha256'],
  ] as const;
  for (const [algorithm, digest] of algorithms) {
    openssl('dgst', digest, '-sign', 'key.pem', '-out', 'signature', 'signed');
    const bytes = readFileSync(path('signature'));
    const signature = parseSignature(`.SIGN.${algorithm}.key`, bytes)!;
    assert.equal(signatureFits(signature, signed, key), true, algorithm);
    assert.equal(
      signatureFits(signature, signed, parsePublicKey('key', readFileSync(path('key.old.pub')))),
      true,
    );
    assert.equal(signatureFits(signature, Buffer.from(`${signed}!`), key), false);
    assert.equal(signatureFits(signature, signed, other), false);
    const swapped = algorithm === 'RSA' ? 'RSA256' : 'RSA';
    assert.equal(signatureFits({ ...signature, algorithm: swapped }, signed, key), false);
    for (const damaged of [
      Buffer.alloc(0),
      bytes.subarray(1),
      Buffer.concat([bytes, bytes]),
      Buffer.alloc(256),
    ]) {
      assert.equal(signatureFits({ ...signature, bytes: damaged }, signed, key), false);
    }
  }
});

test('a PSS signature is not one of the kinds that apk has', { skip: lacks('openssl') }, (context) => {
  const folder = temporaryFolder(context);
  const openssl = (...argv: string[]) =>
    execFileSync('openssl', argv, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(join(folder, 'signed'), 'x');
  openssl('genrsa', '-out', 'key.pem', '2048');
  openssl('rsa', '-in', 'key.pem', '-pubout', '-out', 'key.pub');
  openssl(
    'dgst',
    '-sha256',
    '-sigopt',
    'rsa_padding_mode:pss',
    '-sign',
    'key.pem',
    '-out',
    'signature',
    'signed',
  );
  const signature = parseSignature('.SIGN.RSA256.key', readFileSync(join(folder, 'signature')))!;
  const key = parsePublicKey('key', readFileSync(join(folder, 'key.pub')));
  assert.equal(signatureFits(signature, Buffer.from('x'), key), false);
});

test('the name of an entry says the algorithm and the key', () => {
  const cases: [name: string, algorithm: string | undefined, keyName: string | undefined][] = [
    ['.SIGN.RSA.key.rsa.pub', 'RSA', 'key.rsa.pub'],
    ['.SIGN.RSA256.key.rsa.pub', 'RSA256', 'key.rsa.pub'],
    ['.SIGN.RSA256.RSA.x', 'RSA256', 'RSA.x'],
    ['.SIGN.RSA512.key', undefined, undefined],
    ['.SIGN.DSA.key', undefined, undefined],
    ['.SIGN.RSA256.', undefined, undefined],
    ['.SIGN.RSA256.../../etc/key', undefined, undefined],
    ['.sign.RSA.key', undefined, undefined],
    ['.PKGINFO', undefined, undefined],
  ];
  for (const [name, algorithm, keyName] of cases) {
    const parsed = parseSignature(name, Buffer.alloc(1));
    assert.deepEqual([parsed?.algorithm, parsed?.keyName], [algorithm, keyName], name);
    assert.equal(isSignatureName(name), name.startsWith('.SIGN.'));
  }
});

test('only an RSA public key in PEM form is a key', () => {
  const pem = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }) =>
    Buffer.from(key.export({ type: 'spki', format: 'pem' }));
  const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
  assert.equal(parsePublicKey('a', rsa).name, 'a');
  const cases: [what: string, bytes: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('no key')],
    ['an elliptic key', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
    ['an Edwards key', pem(generateKeyPairSync('ed25519').publicKey)],
    ['a key for PSS only', pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
    ['a damaged key', Buffer.from(String(rsa).replace(/[A-Z]/, '!'))],
  ];
  for (const [what, bytes] of cases) assert.throws(() => parsePublicKey('a', bytes), failure('usage'), what);
});
