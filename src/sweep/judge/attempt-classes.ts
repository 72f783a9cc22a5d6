/** How an attempt ended, from the results of its packages. */
import type { ExceededLimit, InconclusiveReason } from '../../failure.ts';
import type { StatedPackage } from '../../verdict/stated.ts';
import type { AttemptClass } from '../attempt.ts';

/** What each reason of `inconclusive` means for trying again. */
const inconclusiveClasses: Readonly<Record<InconclusiveReason, AttemptClass>> = {
  // The index that listed the package was vouched for when the sweep was planned: whoever judges was not given that key.
  unsigned: 'worker-unfit',
  'unknown-key': 'worker-unfit',
  'no-recipe': 'inconclusive',
  'recipe-unreadable': 'inconclusive',
  'environment-unavailable': 'environment-unavailable',
  // Nothing of a bad index is used; a later one may be sound.
  'environment-invalid': 'environment-unavailable',
  'environment-substituted': 'inconclusive',
  'source-unavailable': 'inconclusive',
  'source-mismatch': 'inconclusive',
  'source-unpinned': 'inconclusive',
  'recipe-files-unavailable': 'inconclusive',
  'network-required': 'inconclusive',
  'request-unrecorded': 'inconclusive',
  'request-unanswered': 'network',
  'answers-unproven': 'inconclusive',
  'gateway-in-output': 'inconclusive',
  'transcript-invalid': 'inconclusive',
  'transcript-incomplete': 'inconclusive',
  'package-unavailable': 'environment-unavailable',
  'index-rolled-back': 'environment-unavailable',
  'address-refused': 'inconclusive',
  unreachable: 'network',
  'bundle-invalid': 'inconclusive',
  'disk-unavailable': 'worker-unfit',
  'ids-unavailable': 'worker-unfit',
  'sandbox-unavailable': 'worker-unfit',
  // Where a bound is named, its own class holds.
  'build-limit': 'inconclusive',
  'architecture-unavailable': 'worker-unfit',
  emulated: 'inconclusive',
  'engines-disagree': 'inconclusive',
  'scan-needed': 'inconclusive',
  unsupported: 'inconclusive',
  'unsupported-format': 'inconclusive',
  'file-changed': 'network',
  cancelled: 'cancelled',
};

/** More processes are not given by trying again. */
const exceededClasses: Readonly<Record<ExceededLimit, AttemptClass>> = {
  time: 'time',
  memory: 'memory',
  disk: 'disk',
  processes: 'inconclusive',
};

export function classOfPackage({ verdict }: Pick<StatedPackage, 'verdict'>): AttemptClass {
  switch (verdict.kind) {
    case 'reproduced':
    case 'not-reproduced':
    case 'rejected':
      return 'settled';
    case 'build-failed':
    case 'internal':
      return verdict.kind;
    case 'inconclusive': {
      const { exceeded } = verdict.failure;
      return exceeded === undefined ? inconclusiveClasses[verdict.reason] : exceededClasses[exceeded];
    }
  }
}

/** Of several packages of a job, the one that most wants a further attempt decides. */
const precedence: readonly AttemptClass[] = [
  'cancelled',
  'worker-unfit',
  'memory',
  'disk',
  'time',
  'network',
  'build-failed',
  'environment-unavailable',
  'internal',
  'inconclusive',
  'settled',
];

/** The class of a job from those of its packages; `internal` where there are none. */
export function classOfJob(classes: readonly AttemptClass[]): AttemptClass {
  return precedence.find((each) => classes.includes(each)) ?? 'internal';
}
