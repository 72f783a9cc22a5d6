/** The evidence that a detector sees of one difference: contents, the values that differ in them, and what is known of both builds. */

import type { Cause, CauseKind } from '../../compare/cause.ts';
import type { Difference } from '../../compare/difference.ts';
import type { FormatName, OrderedThings, PartMeaning } from '../../compare/part.ts';
import type { BuildFacts } from '../../execute/facts.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Factor } from '../factors.ts';
import type { DifferingFiles } from './digests.ts';
import type { UnpinnedInputs } from './given-inputs.ts';

/** A value that differs, in its surroundings. All text is attacker-controlled. */
export interface Change {
  /** Where: a line, a string, a field of a format. */
  readonly place: string;
  readonly published: string | undefined;
  readonly rebuilt: string | undefined;
  /** The line or string around each value, and where the value begins in it. */
  readonly around: { readonly published: Surroundings; readonly rebuilt: Surroundings } | undefined;
  /** For a named value: its format and its name. */
  readonly format: FormatName | undefined;
  readonly label: string;
  /** For a named value: the place without the name. */
  readonly within?: string;
  /** What the part is in which it was found. */
  readonly about?: PartMeaning['kind'] | undefined;
  /** For a string of a binary: the bytes that it takes up on the rebuilt side. */
  readonly bytes?: ByteRange;
}

export interface Surroundings {
  readonly text: string;
  readonly at: number;
}

/** The same things in a different order. */
export interface Reordering {
  readonly place: string;
  readonly of: 'lines' | 'words' | OrderedThings;
  readonly format: FormatName | undefined;
  readonly published: readonly string[];
  readonly rebuilt: readonly string[];
}

/** Bytes that differ between contents of the same length. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What is known of the builds; all undefined where two files are compared that were not built here. */
export interface BuildContext {
  readonly plan: Plan | undefined;
  /** Text of the steps, in the order in which they ran. */
  readonly steps: readonly string[];
  /** Variables that the recipe pins. */
  readonly environment: ReadonlyMap<string, string>;
  readonly facts: BuildFacts | undefined;
  /** How the environment was substituted. */
  readonly substituted: string | undefined;
  /** What the build was given by the network and nothing pins; absent where there is nothing of it. */
  readonly unpinned?: UnpinnedInputs | undefined;
  /** What further builds of our own showed of a difference. */
  readonly stability: (difference: Difference) => Stability;
  /** The factor that alone makes our own builds agree on what is unstable otherwise; undefined where none does, or none was held. */
  readonly heldBy?: (difference: Difference) => Factor | undefined;
}

/**
 * `stable`: our own builds agree, and only the published file differs, whatever factor was changed; `factor`: they agree until a factor is
 * changed; `unstable`: they differ from each other; `unknown`: nothing was built again.
 */
export type Stability = 'stable' | 'factor' | 'unstable' | 'unknown';

export const nothingBuiltAgain: BuildContext['stability'] = () => 'unknown';

/** The context of files whose build is not known: no value of a build can be recognised. */
export const nobodysBuild: BuildContext = {
  plan: undefined,
  steps: [],
  environment: new Map(),
  facts: undefined,
  substituted: undefined,
  stability: nothingBuiltAgain,
};

export interface Evidence extends BuildContext {
  readonly difference: Difference;
  /** The differences that are listed; `complete` says that there are no others, so that what is not among them does not differ. */
  readonly all: readonly Difference[];
  readonly complete: boolean;
  /** The contents; undefined where a side has none, or where it exceeds the limit. */
  readonly published: Uint8Array | undefined;
  readonly rebuilt: Uint8Array | undefined;
  /** The files of the package that differ. */
  readonly differing: DifferingFiles;
  /** What no detector before this one has explained. */
  readonly changes: readonly Change[];
  readonly reorderings: readonly Reordering[];
  readonly ranges: readonly ByteRange[];
}

/** A cause, and the evidence that it explains. */
export interface Finding extends Omit<Cause, 'kind'> {
  readonly explains: readonly (Change | Reordering | ByteRange)[];
}

export interface Detector {
  readonly kind: Exclude<CauseKind, 'unknown'>;
  detect(evidence: Evidence): readonly Finding[];
}

/** Whether our own builds agree on what differs: it is neither chance nor the time at which a build ran. */
export function isSettled({ stability, difference }: Pick<Evidence, 'stability' | 'difference'>): boolean {
  return ['stable', 'factor'].includes(stability(difference));
}

/** Whether our own builds differ there from each other. */
export function isUnstable({ stability, difference }: Pick<Evidence, 'stability' | 'difference'>): boolean {
  return stability(difference) === 'unstable';
}

/** A finding about one change. */
export function changeFinding(
  change: Change,
  confidence: Cause['confidence'],
  why: string,
  explains: Finding['explains'] = [change],
): Finding {
  const { place, published, rebuilt } = change;
  return { confidence, place, published, rebuilt, why, explains };
}

const shown = 6;

/** A finding about one reordering; what is shown starts where the two orders diverge. */
export function orderFinding(reordering: Reordering, confidence: Cause['confidence'], why: string): Finding {
  const at = reordering.published.findIndex((value, index) => value !== reordering.rebuilt[index]);
  const text = (values: readonly string[]) =>
    values
      .slice(Math.max(0, at), at + shown)
      .join(' ')
      .slice(0, 200);
  return {
    confidence,
    place: reordering.place,
    published: text(reordering.published),
    rebuilt: text(reordering.rebuilt),
    why,
    explains: [reordering],
  };
}

/** The rebuilt line of a change with its label; just the value where there is no line. */
export function lineOf(change: Change): string {
  return `${change.label} ${change.around?.rebuilt.text ?? change.rebuilt ?? ''}`;
}

/** What stands in the line before the rebuilt value of a change, which often says what the value is; the label where there is no line. */
export function beforeRebuilt({ around, label }: Change): string {
  return around === undefined ? `${label}: ` : around.rebuilt.text.slice(0, around.rebuilt.at);
}
