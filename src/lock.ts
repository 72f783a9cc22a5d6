/** The plan of a package without carrying it out. */

import type { Sha256 } from './digest.ts';
import { Failure } from './failure.ts';
import type { RunOptions } from './options.ts';
import { type Plan, planIdentity } from './plan/plan.ts';
import { prepare } from './prepare.ts';
import { examineSubject, openRun } from './subject.ts';
import { isTarget } from './target.ts';

export interface LockedPlan {
  readonly file: string;
  readonly identity: Sha256;
  readonly plan: Plan;
}

/** Plans one package. Fails with the reason why it cannot be planned. */
export async function lock(file: string, given: RunOptions): Promise<LockedPlan> {
  const { options, repositories } = await openRun([file], given);
  const examined = await examineSubject(file, repositories, options);
  if (!isTarget(examined))
    throw examined.failure ?? new Failure('internal', 'a package was neither read nor refused');
  const opened = await repositories(examined.claim.architecture);
  const { plans } = await prepare([examined], opened, options);
  const plan = plans[0]!;
  return { file, identity: planIdentity(plan), plan };
}
