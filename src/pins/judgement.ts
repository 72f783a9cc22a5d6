/** What is said of one answer, and of all that a build fetched. */
import type { Exchange } from '../transcript/exchange.ts';
import type { Digest } from './answer-digests.ts';
import type { Pin } from './pin.ts';
import type { PinGap } from './pin-index.ts';
import type { MetadataKind } from './shapes/shape.ts';

export const unpinnedReasons = [
  /** No recorded source holds a digest of it. */
  'no-pin',
  /** Its only digests are of algorithms that are broken, and agree. */
  'weak-pin',
  /** Its address holds a commit that is pinned, which fixes what is in an archive and not its bytes. */
  'named-by-commit',
  /** A git repository was asked for a commit that nothing pins. */
  'commit-not-pinned',
  /** A part of a file. */
  'partial',
  /** It has a pin, and cannot be read as what the pin is of: damaged, not a zip, or too large. */
  'unreadable',
] as const;

export type UnpinnedReason = (typeof unpinnedReasons)[number];

export type Judgement =
  | {
      readonly kind: 'pinned';
      /** Strong pins that the answer agrees with; at most `mostPins`. */
      readonly by: readonly Pin[];
      /** Pins for the same object that it does not agree with: recorded files contradict each other. */
      readonly against: readonly Pin[];
    }
  | { readonly kind: 'unpinned'; readonly reason: UnpinnedReason; readonly pins: readonly Pin[] }
  | {
      readonly kind: 'metadata';
      readonly what: MetadataKind;
      /** What was chosen through it: only what is pinned, something that is not, or nothing that was fetched or is pinned. */
      readonly chosen: 'pinned' | 'unpinned' | 'nothing';
    }
  | { readonly kind: 'contradicted'; readonly expected: readonly Pin[]; readonly got: readonly Digest[] };

/** Pins that a judgement shows of those that it rests on. */
export const mostPins = 8;

export interface JudgedExchange {
  readonly exchange: Exchange;
  readonly judgement: Judgement;
}

export interface PinReport {
  /** In the order in which they were given. */
  readonly exchanges: readonly JudgedExchange[];
  readonly conclusion:
    | 'nothing-fetched'
    /** Every object is pinned by the recorded sources, and so is everything that lists chose. */
    | 'all-pinned'
    | 'unpinned'
    | 'contradicted';
  /** What a difference may come from: first what contradicts its pin, then what has none, then what chose something that has none; by address. */
  readonly suspects: readonly JudgedExchange[];
  /** Recorded files that may hold pins and were not read. */
  readonly gaps: readonly PinGap[];
}
