/** The plan of a package without carrying it out. */
import { shownAddress } from './address.ts';
import type { Sha256 } from './digest.ts';
import { Failure } from './failure.ts';
import type { RunOptions } from './flow/options.ts';
import { type Prepared, packagePlanner } from './flow/prepare.ts';
import { examineSubject, openRun } from './flow/subject.ts';
import { isTarget, type Target } from './flow/target.ts';
import { isNewer } from './plan/environment-findings.ts';
import { type Plan, planIdentity } from './plan/plan.ts';

export interface LockedPlan {
  readonly file: string;
  readonly identity: Sha256;
  readonly plan: Plan;
  /** What the plan's environment was pinned from; places and dates are no part of the plan. */
  readonly environment: readonly PinnedPackage[];
  /** What stands in for the recorded environment; undefined where nothing does. */
  readonly substituted: Prepared['substituted'];
  readonly findings: Prepared['findings'];
}

/** A package of the environment as it was found. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** The version that the recipe records, where this one stands in for it. */
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

/** A package that was locked, with everything that was found for it. */
export interface LockedRun {
  readonly examined: Target;
  /** The published file on this machine. */
  readonly path: string;
  readonly prepared: Prepared;
  readonly options: RunOptions;
  /** Locations of the repositories that the run was opened with. */
  readonly repositories: readonly string[];
}

/** Finds and pins every input of a package. Fails with the reason why it cannot be planned. */
export async function lockRun(subject: string, given: RunOptions): Promise<LockedRun> {
  const file = given.machine.inputs.name(subject);
  const { options, repositories } = await openRun([file], given);
  const examined = await examineSubject(file, repositories, options);
  if (!isTarget(examined))
    throw examined.failure ?? new Failure('internal', 'a package was neither read nor refused');
  const opened = await repositories(examined.claim.architecture);
  const prepared = await packagePlanner(options)(examined, opened);
  const path = examined.source.name;
  return {
    examined,
    path,
    prepared,
    options,
    repositories: opened.repositories.map(({ location }) => location),
  };
}

/** Plans one package. Fails with the reason why it cannot be planned. */
export async function lock(file: string, given: RunOptions): Promise<LockedPlan> {
  const { examined, prepared } = await lockRun(file, given);
  const { plan, guest, substituted } = prepared;
  const findings = [...examined.noticed, ...prepared.findings];
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
      builtAfterSubject: isNewer(found, examined.claim.traits.clock),
    };
  });
  return { file: examined.file, identity: planIdentity(plan), plan, environment, substituted, findings };
}
