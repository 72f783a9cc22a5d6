/** Signatures of sections and indexes: RSA PKCS#1 v1.5 in a tar entry `.SIGN.<algorithm>.<key name>` (apk-package(5)). */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { printable } from '../bytes.ts';
import { type Sha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { type KeyName, parseKeyName } from '../names.ts';

/** `RSA` signs with SHA-1 (melange before v0.18.0, Alpine), `RSA256` with SHA-256. */
export type SignatureAlgorithm = 'RSA' | 'RSA256';

export interface Signature {
  readonly algorithm: SignatureAlgorithm;
  /** File name of the key that the signer claims; attacker-controlled. */
  readonly keyName: KeyName;
  readonly bytes: Uint8Array;
}

export interface PublicKey {
  /** File name, by which signatures name the key. */
  readonly name: KeyName;
  readonly key: KeyObject;
}

/** OpenSSL's names of the digests. */
export const signatureDigests: Readonly<Record<SignatureAlgorithm, string>> = {
  RSA: 'RSA-SHA1',
  RSA256: 'RSA-SHA256',
};

/** Whether the name of an entry of a signature section is that of a signature. */
export function isSignatureName(name: string): boolean {
  return name.startsWith('.SIGN.');
}

/** The name of the key in the name of a signature, whatever its algorithm. */
export function signatureKeyName(name: string): string {
  return name.slice(name.indexOf('.', '.SIGN.'.length) + 1);
}

/** Reads one entry of a signature section; undefined for algorithms that are not supported here, and for key names that no file can have. */
export function parseSignature(name: string, bytes: Uint8Array): Signature | undefined {
  const match = /^\.SIGN\.(RSA|RSA256)\./.exec(name);
  const keyName = parseKeyName(signatureKeyName(name));
  if (match === null || keyName === undefined) return undefined;
  return { algorithm: match[1] as SignatureAlgorithm, keyName, bytes };
}

/** Reads a PEM public key. Fails with `usage`: keys come from the user. */
export function parsePublicKey(name: string, pem: Uint8Array): PublicKey {
  const keyName = parseKeyName(name);
  if (keyName === undefined) throw new Failure('usage', `a key cannot be called ${printable(name)}`);
  try {
    const key = createPublicKey(Buffer.from(pem));
    if (key.asymmetricKeyType !== 'rsa') throw new TypeError(`a key of type ${key.asymmetricKeyType}`);
    return { name: keyName, key };
  } catch (cause) {
    throw new Failure('usage', `${name} is not an RSA public key in PEM form`, { cause });
  }
}

/** What distinguishes keys of one name: SHA-256 of the SubjectPublicKeyInfo (RFC 5280 §4.1) in DER. */
export function keyFingerprint({ key }: PublicKey): Sha256 {
  return sha256(key.export({ type: 'spki', format: 'der' }));
}

/** Whether a signature over the signed bytes (a compressed section or index) was made with this key. */
export function signatureFits(signature: Signature, signed: Uint8Array, key: PublicKey): boolean {
  // A signature is as long as the modulus (RFC 8017 §8.2.2), so one of a different length need not be computed.
  if (signature.bytes.length * 8 !== (key.key.asymmetricKeyDetails?.modulusLength ?? 0)) return false;
  return verify(signatureDigests[signature.algorithm], signed, key.key, signature.bytes);
}
