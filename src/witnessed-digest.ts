/** The digest that verdicts rest on. It is apart from the others, since only a comparison needs the second implementation. */
import { createHash } from 'node:crypto';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import type { Hasher, Sha256 } from './digest.ts';
import { Failure } from './failure.ts';

/**
 * SHA-256 by two implementations that share no code (OpenSSL and @noble/hashes). Every digest that a
 * verdict or an attestation states is made by this one: a defect of one library cannot make two
 * different files look equal. Fails with `internal` if the two ever disagree.
 */
export function witnessedSha256Hasher(): Hasher<Sha256> {
  const first = createHash('sha256');
  const second = nobleSha256.create();
  return {
    update(bytes) {
      first.update(bytes);
      second.update(bytes);
    },
    digest() {
      const expected = first.digest('hex');
      const got = Buffer.from(second.digest()).toString('hex');
      if (expected !== got) {
        throw new Failure('internal', 'two SHA-256 implementations disagree', { expected, got });
      }
      return expected as Sha256;
    },
  };
}
