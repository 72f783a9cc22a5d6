/** What a rule may accept, and how exactly it then has to say what it is about. */
import type { CauseKind } from '../compare/cause.ts';
import type { Equivalence } from '../compare/comparison.ts';
import { type FailureCode, failureClasses } from '../failure.ts';
import type { AcceptableVerdict } from './policy.ts';

/** How a verdict can be accepted. */
export type Narrowness =
  /** A package is named, and that is enough. */
  | 'package'
  /** What differs has to be named as well: by cause, by path, or by the digest of the one file. */
  | 'difference'
  /** Only for one file, by its digest: whoever makes a different file chooses its name. */
  | 'digest'
  | 'never';

const ofEquivalence: Readonly<Record<Equivalence, Narrowness>> = {
  // Every archive is proven to be the same.
  recompressed: 'package',
  // Nothing that is installed differs but a list of what is in the package.
  'sbom-only': 'package',
  // A set-user-id bit is metadata.
  'metadata-only': 'difference',
  content: 'difference',
  unstable: 'difference',
};

/** Failures that are accepted in a different way than their class. */
const ofCode: Partial<Readonly<Record<FailureCode, Narrowness>>> = {
  // Nobody vouches for the name of such a file.
  unsigned: 'digest',
  'unknown-key': 'digest',
  // The run says nothing of the package.
  cancelled: 'never',
  'file-changed': 'never',
};

const ofClass: Readonly<Record<(typeof failureClasses)[FailureCode], Narrowness>> = {
  rejected: 'digest',
  inconclusive: 'package',
  'build-failed': 'package',
  usage: 'never',
  internal: 'never',
};

const equivalences = Object.keys(ofEquivalence) as Equivalence[];
const codes = Object.keys(failureClasses) as FailureCode[];

/** Every verdict that a rule can name, with how narrow the rule has to be. */
export const acceptable: ReadonlyMap<
  string,
  { readonly verdict: AcceptableVerdict; readonly needs: Narrowness }
> = new Map(
  [
    ['not-reproduced', 'difference'] as const,
    ...equivalences.map((each) => [`not-reproduced/${each}`, ofEquivalence[each]] as const),
    ...codes.map(
      (code) => [`${failureClasses[code]}/${code}`, ofCode[code] ?? ofClass[failureClasses[code]]] as const,
    ),
  ]
    .filter(([, needs]) => needs !== 'never')
    .map(([verdict, needs]) => [verdict, { verdict: verdict as AcceptableVerdict, needs }]),
);

/** Causes that say that nobody knows where the bytes come from, so that they do not say what a rule is about. */
const sayNothing: ReadonlySet<CauseKind> = new Set([
  'unknown',
  'hidden-input',
  'unpinned-input',
  'environment-drift',
]);

/** Whether causes say what a rule is about. */
export function sayEnough(causes: readonly CauseKind[]): boolean {
  return causes.length > 0 && causes.every((kind) => !sayNothing.has(kind));
}
