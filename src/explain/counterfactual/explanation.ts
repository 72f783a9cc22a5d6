/** The result of a counterfactual, as values. */

import type { Equivalence } from '../../compare/comparison.ts';
import type { SectionName } from '../../compare/difference.ts';
import type { DifferenceList } from '../../compare/difference-list.ts';
import type { Substitution } from '../../emit/substitution.ts';

/**
 * `proven`: the rebuilt package with exactly these published values in it, emitted again, is the published file to the last byte.
 * `partly`: some bytes still differ. `not-attempted`: with the reason.
 */
export type Explanation = ProvenExplanation | PartialExplanation | NoExplanation;

export interface ProvenExplanation {
  readonly explained: 'proven';
  readonly substitutions: readonly SubstitutedValue[];
  /** Whether leaving out each one of them was tried and gave different bytes. */
  readonly minimal: boolean;
  /** The equivalence that the substituted values amount to; it is never equality. */
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

/** A published value that was put in the place of a rebuilt one. */
export interface SubstitutedValue {
  readonly kind: SubstitutionKind;
  readonly section: SectionName;
  /** Entry; empty for a section. Attacker-controlled. */
  readonly path: string;
  /** The name of the attribute, field or encoder. Attacker-controlled. */
  readonly name?: string;
  /** For contents: the number of bytes that differ and the size, where both sides have the same length. */
  readonly bytes?: { readonly different: number; readonly size: number };
}
