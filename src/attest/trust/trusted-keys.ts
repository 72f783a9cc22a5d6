/** Whom a verifier trusts: rebuilders, each with its keys. A rebuilder has one vote, whatever number of keys it has. */
import type { KnownKey } from '../envelopes/signed-document.ts';
import type { AttestationKey } from '../keys/attestation-key.ts';
import { classicKeyIds } from '../keys/classic-key.ts';
import type { StatementKind } from '../statements/observation.ts';

export interface TrustedKey extends KnownKey {
  /** The name that the trust file gives whoever holds it. */
  readonly rebuilder: string;
  /** Seconds since 1970 from which on it counts no longer. */
  readonly until: number | undefined;
}

export interface TrustedRebuilder {
  readonly name: string;
  readonly accepts: readonly StatementKind[];
}

export interface TrustedRebuilders {
  readonly rebuilders: readonly TrustedRebuilder[];
  readonly keys: readonly TrustedKey[];
  /** Statements that are older, and those without a time, do not count; undefined where age does not matter. */
  readonly mostAgeDays: number | undefined;
}

export function trustedKey(key: AttestationKey, rebuilder: string, until: number | undefined): TrustedKey {
  return { key, rebuilder, until, ids: new Set([key.fingerprint, ...classicKeyIds(key)]) };
}

export function isExpired({ until }: TrustedKey, now: number): boolean {
  return until !== undefined && now >= until;
}
