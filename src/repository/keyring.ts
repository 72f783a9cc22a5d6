/** The keys that the user named, and what a set of signatures is worth against them. */
import { type PublicKey, type Signature, signatureFits } from '../apk/signature.ts';

export type SignatureState =
  | { readonly kind: 'valid'; readonly keyName: string; readonly algorithm: Signature['algorithm'] }
  | { readonly kind: 'invalid'; readonly keyName: string; readonly algorithm: Signature['algorithm'] }
  | { readonly kind: 'unknown-key'; readonly keyName: string }
  | { readonly kind: 'unsigned' };

/**
 * Judges signatures over bytes. One signature that does not fit the key it names spoils all others: somebody
 * changed the file.
 */
export function verifySignatures(
  signatures: readonly Signature[],
  signed: Uint8Array,
  keys: readonly PublicKey[],
): SignatureState {
  let state: SignatureState = { kind: 'unsigned' };
  for (const signature of signatures) {
    const { keyName, algorithm } = signature;
    const named = keys.filter(({ name }) => name === keyName);
    if (named.length === 0) {
      if (state.kind === 'unsigned') state = { kind: 'unknown-key', keyName };
    } else if (named.some((key) => signatureFits(signature, signed, key))) {
      state = { kind: 'valid', keyName, algorithm };
    } else {
      return { kind: 'invalid', keyName, algorithm };
    }
  }
  return state;
}
