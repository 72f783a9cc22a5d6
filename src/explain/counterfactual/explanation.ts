/** What a counterfactual came to, as values. */

import type { Equivalence } from '../../compare/comparison.ts';
import type { SectionName } from '../../compare/difference.ts';
import type { DifferenceList } from '../../compare/difference-list.ts';
import type { Substitution } from '../../emit/substitution.ts';

/**
 * `proven`: the rebuilt package with exactly these published values in it, emitted again, is the published file to the last byte.
 * `partly`: something is left, by the byte. `not-attempted`: and why.
 */
export type Explanation = ProvenExplanation | PartialExplanation | NoExplanation;

export interface ProvenExplanation {
  readonly explained: 'proven';
  readonly substitutions: readonly SubstitutedValue[];
  /** Whether leaving out any one of them was tried and gave other bytes. */
  readonly minimal: boolean;
  /** What the values that were put in come to. It is a likeness, never an equality. */
  readonly equivalence: Equivalence;
}

export interface PartialExplanation {
  readonly explained: 'partly';
  readonly substitutions: readonly SubstitutedValue[];
  readonly left: DifferenceList & {
    /** Offset of the first byte that still differs. */
    readonly firstDifference: number;
  };
}

export interface NoExplanation {
  readonly explained: 'not-attempted';
  readonly why: string;
}

export type SubstitutionKind = Substitution['kind'] | 'signature-section';

/** A published value that stood in the place of a rebuilt one. */
export interface SubstitutedValue {
  readonly kind: SubstitutionKind;
  readonly section: SectionName;
  /** Entry; empty for a section. Attacker-controlled. */
  readonly path: string;
  /** Which attribute, field or encoder. Attacker-controlled. */
  readonly name?: string;
  /** For contents: how many bytes of the published file differ, where both sides have the same length. */
  readonly bytes?: { readonly different: number; readonly size: number };
}
