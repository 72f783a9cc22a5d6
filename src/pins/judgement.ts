/** What is said about one answer, and about everything that a build fetched. */
import type { Exchange } from '../transcript/exchange.ts';
import type { Digest } from './answer-digests.ts';
import type { Pin } from './pin.ts';
import type { PinGap } from './pin-index.ts';
import type { MetadataKind } from './shapes/shape.ts';

export const unpinnedReasons = [
  /** No recorded source holds a digest of the object. */
  'no-pin',
  /** The object's only digests are by algorithms that are broken, and they agree. */
  'weak-pin',
  /** The object's address holds a commit that is pinned, which fixes what is in an archive but not its bytes. */
  'named-by-commit',
  /** A git repository was asked for a commit that nothing pins. */
  'commit-not-pinned',
  /** The answer is part of a file. */
  'partial',
  /** The object has a pin, but cannot be read as the kind of file that the pin is for: it is damaged, not a zip, or too large. */
  'unreadable',
] as const;

export type UnpinnedReason = (typeof unpinnedReasons)[number];

export type Judgement =
  | {
      readonly kind: 'pinned';
      /** Strong pins that the answer agrees with; at most `mostPins`. */
      readonly by: readonly Pin[];
      /** Pins for the same object with which the answer does not agree: recorded files contradict each other. */
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

/** How many of the pins that it rests on a judgement shows. */
export const mostPins = 8;

export interface JudgedExchange {
  readonly exchange: Exchange;
  readonly judgement: Judgement;
}

export interface PinReport {
  /** Judgements, in the order in which the exchanges were given. */
  readonly exchanges: readonly JudgedExchange[];
  readonly conclusion:
    | 'nothing-fetched'
    /** Every object is pinned by the recorded sources, and so is everything that lists chose. */
    | 'all-pinned'
    | 'unpinned'
    | 'contradicted';
  /** The possible sources of a difference: first what contradicts its pin, then what has none, then what chose something that has none; by address. */
  readonly suspects: readonly JudgedExchange[];
  /** Recorded files that may hold pins and were not read. */
  readonly gaps: readonly PinGap[];
}
