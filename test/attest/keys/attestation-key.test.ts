import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { fitsKey, parseAttestationKey, publicPem } from '../../../src/attest/keys/attestation-key.ts';
import { classicKeyIds } from '../../../src/attest/keys/classic-key.ts';
import { Failure } from '../../../src/failure.ts';
import { privateKey } from '../../support/attestations.ts';

const refused = (text: string) =>
  assert.throws(
    () => parseAttestationKey('a key', Buffer.from(text)),
    (failure) => failure instanceof Failure && failure.code === 'usage',
  );
const pem = (der: Buffer) =>
  `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;

/** Made by OpenSSH 9.2, whose `ssh-keygen -l` printed the fingerprints and `-e -m PKCS8` the PEM. */
const madeByOpenSsh = [
  {
    line: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICUmXHNayj015lFAM9ma2IuPwv9+0F0pq1cu3fkpSWjF',
    fingerprint: 'SHA256:5RnwDTBOSG6DH1FOzY4EQpmfrZBdsWsq2jpqnFZ5gEk',
  },
  {
    line: 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAJwLht3kvHAdITaadFvJdU6s/ucngOp3jVIdUqAfYlYrfGbBgFZW6EOU2JQINvpQ7AkPTSZtLxDuJUM/dWplkk= me@here',
    fingerprint: 'SHA256:RmTT58osqq0jodp79h5Rbq/8k4nlELF+iGafiPGq0ag',
    pem: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAnAuG3eS8cB0hNpp0W8l1Tqz+5ye
A6neNUh1SoB9iVit8ZsGAVlboQ5TYlAg2+lDsCQ9NJm0vEO4lQz91amWSQ==
-----END PUBLIC KEY-----
`,
  },
];

describe('a key for statements', () => {
  for (const kind of ['ed25519', 'ecdsa-p256'] as const) {
    it(`is read from what it is written as: ${kind}`, () => {
      const text = createPublicKey(privateKey(kind)).export({ type: 'spki', format: 'pem' }) as string;
      const key = parseAttestationKey('a key', Buffer.from(text));
      assert.equal(key.kind, kind);
      assert.equal(publicPem(key), text);
      for (const form of ['standard', 'rust'] as const)
        assert.equal(
          parseAttestationKey('it', Buffer.from(publicPem(key, form))).fingerprint,
          key.fingerprint,
        );
    });

    it(`decides how it verifies: ${kind}`, () => {
      const own = privateKey(kind);
      const key = parseAttestationKey(
        'a key',
        Buffer.from(createPublicKey(own).export({ type: 'spki', format: 'pem' }) as string),
      );
      const bytes = Buffer.from('signed');
      const signature = sign(kind === 'ed25519' ? null : 'sha256', bytes, own);
      assert.ok(fitsKey(key, bytes, signature));
      assert.ok(!fitsKey(key, Buffer.from('signeb'), signature));
      assert.ok(!fitsKey(key, bytes, Buffer.concat([signature, Buffer.alloc(1)])));
      assert.ok(!fitsKey(key, bytes, Buffer.alloc(0)));
    });
  }

  for (const { line, fingerprint, pem: text } of madeByOpenSsh) {
    it(`is the line of OpenSSH with its fingerprint: ${fingerprint}`, () => {
      const key = parseAttestationKey('a key', Buffer.from(line));
      assert.equal(key.fingerprint, fingerprint);
      if (text !== undefined) assert.equal(publicPem(key), text);
    });
  }

  it('has the ids that in-toto of Python and in-toto of Rust give it', () => {
    // As in-toto 3.1.0 (SSlibKey.from_crypto) and repro-threshold 0.1.2 (its log) printed them.
    const point = '54f4c39e9c6b6034b07426456148783eda0c2dc89846753d6d0e389b3932069f';
    const der = Buffer.from(`302a300506032b6570032100${point}`, 'hex');
    assert.deepEqual(classicKeyIds(parseAttestationKey('a key', Buffer.from(pem(der)))), [
      '84a00485f85b8b215d03879d32e2369213048a56412ff4c6cfb7e3d2cc847a70',
      '3d17d0e336a6348f9bb66d366d372b24518a29221bff5aead1ffe2271ff03ec1',
    ]);
  });

  it('has the form that programs in Rust write, which Node refuses', () => {
    const key = parseAttestationKey('a key', Buffer.from(madeByOpenSsh[0]!.line));
    const rust = publicPem(key, 'rust');
    assert.match(rust, /^-----BEGIN PUBLIC KEY-----\nMCwwBwYDK2VwBQADIQ/);
    assert.throws(() => createPublicKey(rust));
    assert.notEqual(publicPem(key), rust);
  });

  it('is not a point under which anybody can sign anything', () => {
    const weak = '0100000000000000000000000000000000000000000000000000000000000000';
    const der = Buffer.from(`302a300506032b6570032100${weak}`, 'hex');
    const forged = Buffer.from(`${weak}${'00'.repeat(32)}`, 'hex');
    const object = createPublicKey({ key: der, format: 'der', type: 'spki' });
    // Node takes it for a signature of whatever was not signed.
    assert.ok(verify(null, Buffer.from('anything'), object, forged));
    refused(pem(der));
    refused(pem(Buffer.from(`302a300506032b6570032100${weak.slice(0, -2)}80`, 'hex')));
  });

  it('is not a private key, or of a different kind', () => {
    refused(privateKey('ed25519').export({ type: 'pkcs8', format: 'pem' }) as string);
    refused(
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
        type: 'spki',
        format: 'pem',
      }) as string,
    );
    refused(
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
        type: 'spki',
        format: 'pem',
      }) as string,
    );
    refused(generateKeyPairSync('ed448').publicKey.export({ type: 'spki', format: 'pem' }) as string);
    for (const text of [
      '',
      'ssh-ed25519',
      'ssh-ed25519 AAAA',
      'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQ==',
      '-----BEGIN PUBLIC KEY-----',
    ])
      refused(text);
  });
});
