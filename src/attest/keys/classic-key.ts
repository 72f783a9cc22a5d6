/** Keys as in-toto's classic documents name them (in-toto specification 0.9, §4.2). */
import { sha256 } from '../../digest.ts';
import { olpcJson } from '../../formats/olpc-json.ts';
import { type AttestationKey, classicKeyValue } from './attestation-key.ts';

/**
 * The ids of a key in classic documents: the SHA-256 of its canonical description, which is not the same for programs in Python and, for
 * Ed25519, in Rust.
 */
export function classicKeyIds(key: AttestationKey): string[] {
  const described = classicKey(key);
  const forRust = { ...described, keyid_hash_algorithms: ['sha256', 'sha512'] };
  return (key.kind === 'ed25519' ? [described, forRust] : [described]).map((each) =>
    sha256(Buffer.from(olpcJson(each)!)),
  );
}

/** A key as a layout lists it. */
export function classicKey(key: AttestationKey) {
  const [keytype, scheme] =
    key.kind === 'ed25519' ? ['ed25519', 'ed25519'] : ['ecdsa', 'ecdsa-sha2-nistp256'];
  return { keytype, scheme, keyval: { public: classicKeyValue(key) } };
}
