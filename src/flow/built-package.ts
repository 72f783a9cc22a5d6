/** One package of a build that has run, apart from those that share the build. */

import type { Counterfactual, EmittedPackage } from '../emit/package.ts';
import type { Substitution } from '../emit/substitution.ts';
import type { OtherEmission, Rebuilt } from '../engine/engine.ts';
import type { ScanOutcome } from '../engine/scans.ts';
import type { BuildFacts } from '../execute/facts.ts';
import type { Failure } from '../failure.ts';
import type { Plan } from '../plan/plan.ts';

export interface BuiltPackage {
  /** By which it was emitted. */
  readonly plan: Plan;
  readonly emitted: EmittedPackage | Failure;
  readonly scan: ScanOutcome | undefined;
  readonly caveats: readonly string[];
  readonly facts: BuildFacts | undefined;
  /** Undefined where another program emits. */
  readonly reemit:
    | ((substitutions: readonly Substitution[]) => Promise<Counterfactual | Failure>)
    | undefined;
  /** Emits it by another plan; undefined where another program emits. */
  readonly otherwise: OtherPackage | undefined;
}

export interface OtherPackage {
  readonly digests: OtherEmission['digests'];
  emit(plan: Plan): Promise<BuiltPackage>;
}

/** The package at a place of a build, emitted by this plan. */
export function builtPackage(rebuilt: Rebuilt, index: number, plan: Plan): BuiltPackage {
  const { reemit, otherwise } = rebuilt;
  return {
    plan,
    emitted: rebuilt.packages[index]!,
    scan: rebuilt.scans?.[index],
    caveats: [...rebuilt.caveats, ...(rebuilt.ownCaveats?.[index] ?? [])],
    facts: rebuilt.facts,
    reemit: reemit && ((substitutions) => reemit(index, substitutions)),
    otherwise: otherwise && {
      digests: otherwise.digests,
      emit: async (other) => builtPackage(await otherwise.emit(index, other), 0, other),
    },
  };
}
