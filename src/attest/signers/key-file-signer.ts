/** Signs with a private key out of a PEM file. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { Failure } from '../../failure.ts';
import { attestationKey } from '../keys/attestation-key.ts';
import type { Signer } from '../keys/signer.ts';

/**
 * Reads a private key: PKCS #8 in PEM form, Ed25519 or ECDSA on P-256. Fails with `usage`; no message has anything of the content.
 * @param name how messages call it
 */
export function keyFileSigner(name: string, pem: Uint8Array): Signer {
  const text = Buffer.from(pem).toString('latin1');
  if (text.includes('ENCRYPTED') || text.includes('OPENSSH PRIVATE KEY'))
    throw new Failure('usage', `${name} is a private key in a form that only its own programs open`, {
      expected: 'PKCS #8 in PEM form without a passphrase',
      hint: 'load it with `ssh-add` and give --attest-agent FINGERPRINT, or sign with --sign-command',
    });
  const object = privateKeyOf(pem);
  const key = object === undefined ? undefined : attestationKey(createPublicKey(object));
  if (object === undefined || key === undefined)
    throw new Failure('usage', `${name} is not a private key that statements can be signed with`, {
      expected: 'Ed25519 or ECDSA on P-256, PKCS #8 in PEM form',
      hint: 'make one with `openssl genpkey -algorithm ed25519 -out FILE`',
    });
  const digest = key.kind === 'ed25519' ? null : 'sha256';
  return { key, sign: async (bytes) => sign(digest, bytes, object) };
}

function privateKeyOf(pem: Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey(Buffer.from(pem));
  } catch {
    // What OpenSSL says of a key could hold some of it.
    return undefined;
  }
}
