/** Results held against a policy and a baseline: what passes, and the exit code that follows. */
import { exitCodeOf } from '../verdict/acceptance.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { acceptanceOf, policyRun } from './apply-policy.ts';
import { type Baseline, baselineRun, standingOf } from './baseline.ts';
import type { Day } from './day.ts';
import type { Policy } from './policy.ts';

export interface Gate {
  readonly policy?: Policy;
  readonly baseline?: Baseline;
  /** The day for which rules hold or do not. */
  readonly today: Day;
}

/** What the gate says of one package, which keeps everything else that is known of it. */
function gatedPackage<P extends StatedPackage>(result: P, { policy, baseline, today }: Gate): P {
  return {
    ...result,
    ...(policy === undefined ? {} : { policy: acceptanceOf(policy, result, today) }),
    ...(baseline === undefined ? {} : { baseline: standingOf(baseline, result) }),
  };
}

/** The whole run. What an earlier gate of the same kind said of it is replaced. */
export function gatedRun<R extends StatedRun>(run: R, gate: Gate): R {
  const packages = run.packages.map((each) => gatedPackage(each, gate));
  const policy = gate.policy === undefined ? run.policy : policyRun(gate.policy, packages, gate.today);
  const baseline = gate.baseline === undefined ? run.baseline : baselineRun(gate.baseline, packages);
  const gated = {
    ...run,
    packages,
    ...(policy === undefined ? {} : { policy }),
    ...(baseline === undefined ? {} : { baseline }),
  };
  return { ...gated, exitCode: exitCodeOf(gated) };
}
