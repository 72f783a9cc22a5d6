import assert from 'node:assert/strict';
import { createPublicKey, createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { attestationKey, fitsKey } from '../../../src/attest/keys/attestation-key.ts';
import { derOfEither } from '../../../src/attest/keys/ecdsa-signature.ts';
import { signSurely } from '../../../src/attest/keys/signer.ts';
import { keyFileSigner } from '../../../src/attest/signers/key-file-signer.ts';
import { sshAgentSigner } from '../../../src/attest/signers/ssh-agent-signer.ts';
import { Failure } from '../../../src/failure.ts';
import { privateKey, rebuilder } from '../../support/attestations.ts';
import { temporaryFolder } from '../../support/folder.ts';

const isUsage = (failure: unknown) => failure instanceof Failure && failure.code === 'usage';

describe('a key file', () => {
  const pem = (type: 'rsa' | 'ed448') =>
    (type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 })
      : generateKeyPairSync('ed448')
    ).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string;
  const encrypted = privateKey('ed25519').export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-128-cbc',
    passphrase: 'x',
  }) as string;
  const refused = {
    encrypted,
    rsa: pem('rsa'),
    ed448: pem('ed448'),
    nothing: '',
    public: createPublicKey(privateKey('ed25519')).export({ type: 'spki', format: 'pem' }) as string,
  };
  for (const [what, text] of Object.entries(refused))
    it(`does not sign where it is ${what}`, () =>
      assert.throws(() => keyFileSigner('a file', Buffer.from(text)), isUsage));
});

describe('what signs', () => {
  it('is not believed where its public key does not fit', async () => {
    const [one, other] = [rebuilder('one'), rebuilder('other')];
    await assert.rejects(signSurely({ ...one.signer, key: other.signer.key }, Buffer.from('x')), isUsage);
    await assert.rejects(
      signSurely({ ...one.signer, sign: async () => Buffer.alloc(0) }, Buffer.from('x')),
      isUsage,
    );
  });

  it('gives the numbers of ECDSA in either form', () => {
    const own = privateKey('ecdsa-p256');
    const key = attestationKey(createPublicKey(own))!;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const plain = createSign('sha256').update(bytes).sign({ key: own, dsaEncoding: 'ieee-p1363' });
        assert.ok(fitsKey(key, bytes, derOfEither(plain)));
        assert.ok(!fitsKey(key, bytes, plain));
      }),
      { numRuns: 300 },
    );
  });
});

/** An agent that answers everything with the same bytes; undefined where it ends the connection. */
async function agent(test: TestContext, answer: Uint8Array | undefined): Promise<string> {
  const path = join(temporaryFolder(test), 'agent');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (answer === undefined ? socket.destroy() : socket.write(answer)));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  test.after(() => server.close());
  return path;
}

describe('an agent', () => {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const message = (...parts: Uint8Array[]) => Buffer.concat([number(Buffer.concat(parts).length), ...parts]);
  const answers: Readonly<Record<string, Uint8Array | undefined>> = {
    'that ends the connection': undefined,
    'that refuses': message(Buffer.from([5])),
    'that has no key': message(Buffer.from([12]), number(0)),
    'that says it has four thousand million': message(Buffer.from([12]), number(0xffffffff)),
    'whose list is cut off': message(Buffer.from([12]), number(2), number(3), Buffer.from('abc')),
    'whose key is longer than its answer': message(Buffer.from([12]), number(1), number(0x7fffffff)),
    'whose answer is too long': number(0x7fffffff),
    'whose key is of a different kind': message(
      Buffer.from([12]),
      number(1),
      number(7),
      Buffer.from('ssh-rsa'),
      number(0),
    ),
  };
  for (const [what, answer] of Object.entries(answers)) {
    it(`does not sign ${what}`, async (test) => {
      await assert.rejects(sshAgentSigner(await agent(test, answer), 'SHA256:x'), isUsage);
    });
  }

  it('does not sign where there is none', async (test) => {
    await assert.rejects(sshAgentSigner(join(temporaryFolder(test), 'nothing'), 'SHA256:x'), isUsage);
  });
});
