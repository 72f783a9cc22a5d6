/** Judges a set of signatures by the keys that the user named. */
import { keyFingerprint, type PublicKey, type Signature, signatureFits } from '../apk/apk-signature.ts';
import type { Sha256 } from '../digest.ts';

export type SignatureState =
  | {
      readonly kind: 'valid';
      /** The key's file name as the signature has it. */
      readonly keyName: string;
      readonly algorithm: Signature['algorithm'];
      /** File name of the given key that fits, where it is a different one. */
      readonly givenAs?: string;
    }
  | {
      readonly kind: 'invalid';
      readonly keyName: string;
      readonly algorithm: Signature['algorithm'];
      /** The fingerprints of the given keys of this name: one of them may be the wrong key. */
      readonly fingerprints: readonly Sha256[];
    }
  | { readonly kind: 'unknown-key'; readonly keyName: string }
  | { readonly kind: 'unsigned' };

/** The most signatures that are judged: the cost of each grows with the length of the signed bytes. melange and apk write one. */
const mostSignatures = 16;

/**
 * Judges signatures over bytes. A given key vouches for what it fits, whatever its file is called: the user gave the key, and
 * the name in a signature is only a hint where to look. If one signature fits neither the key that it names nor any other
 * given key, it invalidates all others: the file was changed. Signatures after the sixteenth are ignored.
 */
export function verifySignatures(
  signatures: readonly Signature[],
  signed: Uint8Array,
  keys: readonly PublicKey[],
): SignatureState {
  let state: SignatureState = { kind: 'unsigned' };
  for (const signature of signatures.slice(0, mostSignatures)) {
    const { keyName, algorithm } = signature;
    const named = keys.filter(({ name }) => name === keyName);
    const fitting = [...named, ...keys].find((key) => signatureFits(signature, signed, key));
    if (fitting !== undefined) {
      const givenAs = fitting.name === keyName ? {} : { givenAs: fitting.name };
      state = { kind: 'valid', keyName, algorithm, ...givenAs };
    } else if (named.length > 0) {
      return { kind: 'invalid', keyName, algorithm, fingerprints: named.map(keyFingerprint) };
    } else if (state.kind === 'unsigned') {
      state = { kind: 'unknown-key', keyName };
    }
  }
  return state;
}

/**
 * Judges the signatures of the published package, only by keys with the names that its signatures have: the name itself is not signed, and
 * a rebuild takes it over, so a package with a changed name would come out as reproduced.
 */
export function verifyPublishedSignatures(
  signatures: readonly Signature[],
  signed: Uint8Array,
  keys: readonly PublicKey[],
): SignatureState {
  const names = new Set(signatures.slice(0, mostSignatures).map(({ keyName }) => keyName));
  const state = verifySignatures(
    signatures,
    signed,
    keys.filter(({ name }) => names.has(name)),
  );
  return state.kind === 'valid' && state.givenAs !== undefined
    ? { kind: 'unknown-key', keyName: state.keyName }
    : state;
}

/** The signer in words, for a valid signature. */
export function signerOf({ keyName, givenAs }: Extract<SignatureState, { kind: 'valid' }>): string {
  return givenAs === undefined ? keyName : `${keyName} (the key given as ${givenAs})`;
}

/** The keys that a signature did not fit, by SHA-256 of their SubjectPublicKeyInfo. */
export function keysOf({ fingerprints }: Extract<SignatureState, { kind: 'invalid' }>): string {
  return [...new Set(fingerprints)].map((each) => `sha256:${each}`).join(', ');
}
