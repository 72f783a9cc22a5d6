/** What signs: the private half stays behind it, in a file, an agent or a program. */
import { Failure } from '../../failure.ts';
import { type AttestationKey, fitsKey } from './attestation-key.ts';

export interface Signer {
  readonly key: AttestationKey;
  /** The signature over bytes: of Ed25519 as such, of ECDSA in DER over their SHA-256. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Signs, and requires that the public key fits what came back: a statement that nobody can verify is not written. Fails with `usage`. */
export async function signSurely(signer: Signer, bytes: Uint8Array): Promise<Uint8Array> {
  const signature = await signer.sign(bytes);
  if (fitsKey(signer.key, bytes, signature)) return signature;
  throw new Failure('usage', 'what signs gave a signature that its public key does not fit', {
    expected: `a signature of ${signer.key.fingerprint}: 64 bytes of Ed25519, or ECDSA in DER over SHA-256`,
    got: `${signature.length} bytes`,
  });
}
