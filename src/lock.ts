/** The plan of a package without carrying it out. */

import type { Sha256 } from './digest.ts';
import { Failure } from './failure.ts';
import { fileSource } from './inputs/files.ts';
import type { RunOptions } from './options.ts';
import { type Plan, planIdentity } from './plan/plan.ts';
import { prepare, repositoryOpener } from './prepare.ts';
import { examine, isTarget } from './target.ts';

export interface LockedPlan {
  readonly file: string;
  readonly identity: Sha256;
  readonly plan: Plan;
}

/** Plans one package. Fails with the reason why it cannot be planned. */
export async function lock(file: string, options: RunOptions): Promise<LockedPlan> {
  const repositories = repositoryOpener(options);
  const examined = await examine(file, fileSource(file), repositories, options);
  if (!isTarget(examined))
    throw examined.failure ?? new Failure('internal', 'a package was neither read nor refused');
  const opened = await repositories(examined.claim.architecture);
  const { plans } = await prepare([examined], opened, options);
  const plan = plans[0]!;
  return { file, identity: planIdentity(plan), plan };
}
