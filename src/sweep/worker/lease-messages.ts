/** What the keeper of leases and its thread say to each other. */
import type { Sha256 } from '../../digest.ts';
import type { HeartbeatAnswer } from '../sweep-store.ts';

/** What names a lease to the thread: nothing else of a job is copied. */
export interface KeptLease {
  readonly key: Sha256;
  readonly worker: string;
  readonly attempt: number;
  readonly lasts: number;
}

export interface LeaseThreadData {
  /** Handed over in memory: no other process sees it. */
  readonly url: string;
}

export type ToLeaseThread =
  | { readonly kind: 'keep'; readonly lease: KeptLease }
  | { readonly kind: 'release'; readonly key: Sha256 }
  | { readonly kind: 'end' };

export type FromLeaseThread =
  | { readonly kind: 'answer'; readonly key: Sha256; readonly answer: HeartbeatAnswer }
  | { readonly kind: 'trouble'; readonly text: string };
