/** Makes the plan of a package without carrying it out. */
import { shownAddress } from './address.ts';
import type { Sha256 } from './digest.ts';
import { describeEmulation, emulationOf, type Processor } from './execute/processor/processor.ts';
import { Failure } from './failure.ts';
import { requireCandidate } from './flow/find-candidate.ts';
import type { FoundInputs, Prepared } from './flow/prepare.ts';
import type { RunOptions } from './flow/run-options.ts';
import { isNewer } from './plan/environment-findings.ts';
import { type FetchingStep, fetchingSteps } from './plan/fetching-steps.ts';
import { type Plan, planIdentity, stepFormat } from './plan/plan.ts';

export interface LockedPlan {
  readonly file: string;
  readonly identity: Sha256;
  readonly plan: Plan;
  /** The packages to which the plan's environment was pinned; their places and dates are not part of the plan. */
  readonly environment: readonly PinnedPackage[];
  /** The substitute for the recorded environment; undefined where there is none. */
  readonly substituted: FoundInputs['substituted'];
  readonly findings: Prepared['findings'];
  /** Steps that are known to fetch. */
  readonly fetching: readonly FetchingStep[];
  /** What a rebuild here would cost more than on the package's own architecture, or why there is none; undefined where nothing is to be said. */
  readonly processor: string | undefined;
}

/** A package of the environment as it was found. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** The version that the recipe records, where this one replaces it. */
  readonly insteadOf: string | undefined;
  readonly foundIn: string;
  /** The repository as it was named; empty for the store of this machine, unless an index lists what lies there. */
  readonly repository: string;
  readonly sha256: Sha256;
  readonly controlSha256: Sha256;
  readonly dataSha256: string;
  readonly checksum: string;
  /** Names of the keys that vouch for it: by the index that lists it, by its own signature. */
  readonly indexKey: string | undefined;
  readonly packageKey: string | undefined;
  /** Seconds since 1970. */
  readonly buildDate: number | undefined;
  readonly builtAfterSubject: boolean;
}

/** Plans one package. Fails with the reason why it cannot be planned. */
export async function lock(file: string, given: RunOptions): Promise<LockedPlan> {
  const { target, prepared, processor } = await requireCandidate(file, given, 'plan');
  const { plan, inputs } = prepared;
  const { guest, substituted } = inputs;
  const findings = [...target.noticed, ...prepared.findings];
  const packages = guest.kind === 'recorded' ? guest.packages : [];
  const environment = packages.map((found): PinnedPackage => {
    const { locked, asked, facts, foundIn, repository, voucher } = found;
    return {
      name: locked.name,
      version: locked.version,
      insteadOf: asked.version === locked.version ? undefined : asked.version,
      foundIn,
      repository: shownAddress(repository),
      sha256: facts.sha256,
      controlSha256: facts.controlSha256,
      dataSha256: facts.dataSha256,
      checksum: facts.checksum,
      indexKey: voucher.indexKey,
      packageKey: voucher.packageKey,
      buildDate: facts.buildDate,
      builtAfterSubject: isNewer(found, target.claim.traits.clock),
    };
  });
  return {
    file: target.file,
    identity: planIdentity(plan),
    plan,
    environment,
    substituted,
    findings,
    fetching: fetchingSteps(inputs.recipe, stepFormat(plan)),
    processor: describeProcessor(processor),
  };
}

function describeProcessor(processor: Processor | Failure): string | undefined {
  if (processor instanceof Failure) return `no rebuild here: ${processor.message} (${processor.hint})`;
  const emulation = emulationOf(processor);
  if (emulation === undefined) return undefined;
  return `a rebuild here is emulated by ${describeEmulation(emulation)}: expect 10 to 30 times the time`;
}
