/** Private keys for signing what was rebuilt. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { printable } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { type KeyName, parseKeyName } from '../names.ts';
import { type SignatureAlgorithm, signatureDigests } from './apk-signature.ts';

export interface SigningKey {
  /** File name of the public key, by which signatures name it: `<name>.pub`. */
  readonly publicName: KeyName;
  readonly key: KeyObject;
}

/** Reads a PEM private key; `name` is its file name. Fails with `usage`. */
export function parseSigningKey(name: string, pem: Uint8Array): SigningKey {
  const publicName = parseKeyName(`${name}.pub`);
  if (publicName === undefined) throw new Failure('usage', `a key cannot be called ${printable(name)}`);
  try {
    const key = createPrivateKey(Buffer.from(pem));
    if (key.asymmetricKeyType !== 'rsa') throw new TypeError(`a key of type ${key.asymmetricKeyType}`);
    return { publicName, key };
  } catch (cause) {
    throw new Failure('usage', `${name} is not an RSA private key in PEM form without a passphrase`, {
      cause,
    });
  }
}

/** RSA PKCS#1 v1.5 over bytes (a compressed section or index). */
export function signBytes(bytes: Uint8Array, algorithm: SignatureAlgorithm, { key }: SigningKey): Uint8Array {
  return sign(signatureDigests[algorithm], bytes, key);
}
