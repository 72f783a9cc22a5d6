import { createHash, hash } from 'node:crypto';

declare const brand: unique symbol;
/** A SHA-256 digest, 64 lower-case hex digits. */
export type Sha256 = string & { readonly [brand]: 'Sha256' };
/** A SHA-1 digest, 40 lower-case hex digits. */
export type Sha1 = string & { readonly [brand]: 'Sha1' };

/** SHA-256 of bytes in memory. */
export function sha256(bytes: Uint8Array): Sha256 {
  return hash('sha256', bytes, 'hex') as Sha256;
}

/** SHA-1 of bytes in memory; the format requires it, nothing here relies on it. */
export function sha1(bytes: Uint8Array): Sha1 {
  return hash('sha1', bytes, 'hex') as Sha1;
}

/** Reads a digest from text; undefined unless it is 64 hex digits (upper case is folded). */
export function parseSha256(text: string): Sha256 | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? (text.toLowerCase() as Sha256) : undefined;
}

/** A digest over a stream of chunks. */
export interface Hasher<D> {
  update(bytes: Uint8Array): void;
  digest(): D;
}

/** SHA-256 of a stream, by OpenSSL. */
export function sha256Hasher(): Hasher<Sha256> {
  const hasher = createHash('sha256');
  return { update: (bytes) => void hasher.update(bytes), digest: () => hasher.digest('hex') as Sha256 };
}

/** SHA-1 of a stream, by OpenSSL. */
export function sha1Hasher(): Hasher<Sha1> {
  const hasher = createHash('sha1');
  return { update: (bytes) => void hasher.update(bytes), digest: () => hasher.digest('hex') as Sha1 };
}
