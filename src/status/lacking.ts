/** Packages without a verdict about their bytes, by what they lack, and what would settle them. */
import type { InconclusiveReason } from '../failure.ts';
import { grouped } from '../lists.ts';
import { nextSteps } from '../report/words.ts';
import type { AttemptClass } from '../sweep/attempt.ts';
import { comparePackages, type PackageHistory } from './package-history.ts';
import { isJudged, type PackageState, type PackageStateKind } from './package-state.ts';
import { compareText } from './row-order.ts';

/** Who or what can settle it, the cheapest first, with the minutes of a person that one such step is reckoned at (docs/status.md). */
export const effortMinutes = {
  /** Nobody: the sweep goes on by itself, or is told to try again. */
  wait: 1,
  /** Somebody gives an option or a key. */
  option: 10,
  /** Somebody gives a machine: more memory or disk, an architecture, a sandbox. */
  machine: 60,
  /** Somebody finds files that were served once: packages of an environment, sources, answers of the network. */
  find: 240,
  /** The publisher or this program has to change. */
  change: 480,
} as const;
export type Effort = keyof typeof effortMinutes;

/** The effort for each reason of `inconclusive`. What a build fails for, and what a file is refused for, only a change can settle. */
const reasonEfforts: Readonly<Record<InconclusiveReason, Effort>> = {
  unsigned: 'option',
  'unknown-key': 'option',
  'no-recipe': 'change',
  'recipe-unreadable': 'change',
  'environment-unavailable': 'find',
  'environment-invalid': 'find',
  'environment-substituted': 'find',
  'source-unavailable': 'find',
  'source-mismatch': 'find',
  'source-unpinned': 'change',
  'recipe-files-unavailable': 'find',
  'network-required': 'option',
  'request-unrecorded': 'option',
  'request-unanswered': 'find',
  'answers-unproven': 'option',
  'gateway-in-output': 'change',
  'transcript-invalid': 'find',
  'transcript-incomplete': 'find',
  'package-unavailable': 'find',
  'index-rolled-back': 'option',
  'address-refused': 'option',
  unreachable: 'wait',
  'bundle-invalid': 'find',
  'disk-unavailable': 'machine',
  'ids-unavailable': 'machine',
  'sandbox-unavailable': 'machine',
  'build-limit': 'option',
  'architecture-unavailable': 'machine',
  emulated: 'machine',
  'engines-disagree': 'change',
  'scan-needed': 'option',
  unsupported: 'change',
  'unsupported-format': 'change',
  'file-changed': 'wait',
  cancelled: 'wait',
};

interface ClassStep {
  readonly effort: Effort;
  readonly step: string;
}

/** What to do about jobs of which every attempt ended without a verdict, by how the last one ended. */
const classSteps: Readonly<Record<AttemptClass, ClassStep>> = {
  settled: { effort: 'change', step: 'report it: an attempt that gave verdicts left none for this package' },
  'build-failed': { effort: 'change', step: 'read the output of the steps; the attempt names its log' },
  memory: { effort: 'machine', step: 'give a worker with more memory' },
  disk: { effort: 'machine', step: 'give a worker with more disk' },
  time: { effort: 'option', step: 'raise --step-seconds, if you trust the recipe with more' },
  network: { effort: 'wait', step: 'try again once the hosts named answer' },
  'environment-unavailable': { effort: 'find', step: nextSteps['environment-unavailable'] },
  inconclusive: { effort: 'change', step: 'read why the last attempt came to no verdict' },
  'worker-lost': { effort: 'wait', step: 'find out why its workers end, then try again' },
  'worker-unfit': { effort: 'machine', step: 'run `wolfi-repro doctor` on the workers' },
  internal: { effort: 'change', step: nextSteps.internal },
  cancelled: { effort: 'wait', step: 'try again; somebody cancelled it' },
};

export interface Remedy {
  readonly effort: Effort;
  /** What to do, in words. */
  readonly step: string;
}

/** What would settle packages of one state. Reasons that this version does not know, as a newer one may have written, are for a reader. */
export function remedyOf({ kind, reason }: PackageState): Remedy {
  if (kind === 'waiting') return { effort: 'wait', step: 'let the sweep go on: nobody has judged them yet' };
  if (kind === 'dead')
    return classSteps[reason as AttemptClass] ?? { effort: 'change', step: 'read the last attempt' };
  const step = Object.hasOwn(nextSteps, reason)
    ? nextSteps[reason as keyof typeof nextSteps]
    : 'read the result';
  return { effort: reasonEfforts[reason as InconclusiveReason] ?? 'change', step };
}

/** Packages that lack the same. */
export interface Lack extends Remedy {
  readonly kind: PackageStateKind;
  readonly reason: string;
  /** The most popular first. */
  readonly packages: readonly PackageHistory[];
}

/** The packages without a verdict about their bytes, the largest group first. */
export function lacks(packages: readonly PackageHistory[]): readonly Lack[] {
  const open = packages.filter(({ state }) => !isJudged(state.kind));
  const groups = [...grouped(open, ({ state: { kind, reason } }) => `${kind} ${reason}`).values()];
  return groups
    .map((group) => ({
      ...group[0].state,
      ...remedyOf(group[0].state),
      packages: [...group].sort(byPopularity),
    }))
    .sort(
      (a, b) =>
        b.packages.length - a.packages.length ||
        compareText(`${a.kind} ${a.reason}`, `${b.kind} ${b.reason}`),
    );
}

/** The most popular first. */
export function byPopularity(a: PackageHistory, b: PackageHistory): number {
  return b.popularity - a.popularity || comparePackages(a, b);
}
