/** A policy: who lets which package through although it is not reproduced, why, and until when. */
import type { TextPlace } from '../claim/recipe/yaml-node.ts';
import type { Cause, CauseKind } from '../compare/cause.ts';
import type { Equivalence } from '../compare/comparison.ts';
import type { Sha256 } from '../digest.ts';
import type { BuildFailedReason, Failure, InconclusiveReason, RejectedReason } from '../failure.ts';
import type { Day } from './day.ts';
import type { Glob } from './glob.ts';
import type { VersionPattern } from './version-pattern.ts';

export interface Policy {
  /** The file as messages show it. */
  readonly file: string;
  /** SHA-256 of its bytes. */
  readonly digest: Sha256;
  readonly rules: readonly Rule[];
}

/** An empty list says nothing: every version, every architecture, whatever differs. */
export interface Rule {
  readonly id: string;
  /** Where it begins in the file. */
  readonly at: TextPlace;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it holds. */
  readonly until: Day;
  /** At least one. */
  readonly packages: readonly Glob[];
  readonly versions: readonly VersionPattern[];
  readonly architectures: readonly string[];
  /** The only files that it is about. */
  readonly digests: readonly Sha256[];
  /** At least one. */
  readonly verdicts: readonly AcceptableVerdict[];
  readonly causes: readonly CauseKind[];
  /** The least confidence of a cause. */
  readonly confidence: Cause['confidence'];
  readonly paths: readonly Glob[];
  /** Whether the package may reproduce as well: it is then never unused. */
  readonly sometimes: boolean;
}

/** Verdicts with their reasons as one word: `not-reproduced/content`; `not-reproduced` alone stands for all of its reasons. */
export type AcceptableVerdict =
  | 'not-reproduced'
  | `not-reproduced/${Equivalence}`
  | `build-failed/${BuildFailedReason}`
  | `inconclusive/${InconclusiveReason}`
  | `rejected/${RejectedReason}`;

export const confidences: readonly Cause['confidence'][] = ['possible', 'likely', 'certain'];

/** Makes the failure about a place of the file. */
export type Refusing = (
  at: TextPlace,
  problem: string,
  details?: { readonly expected?: string; readonly got?: string; readonly hint?: string },
) => Failure;
