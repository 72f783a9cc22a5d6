/** Everything that is known of one package at the end of a run, of which every report is made. */
import type { Link } from '../claim/chain.ts';
import type { ClaimFinding } from '../claim/findings.ts';
import type { SbomState } from '../compare/sbom-state.ts';
import type { Sha256 } from '../digest.ts';
import type { SkippedFile } from '../emit/dependencies/dependencies.ts';
import type { ScanOutcome } from '../engine/scans.ts';
import type { Emulation } from '../execute/processor/processor.ts';
import type { SandboxKind } from '../execute/sandbox/sandbox.ts';
import type { Explanation } from '../explain/counterfactual/explanation.ts';
import type { Fixes } from '../explain/fixes/fixes.ts';
import type { Triangulation } from '../explain/triangulation.ts';
import type { Plan } from '../plan/plan.ts';
import type { SubstitutedEnvironment } from '../plan/substituted.ts';
import {
  type Acceptance,
  type BaselineRun,
  exitCodeOf,
  type PolicyRun,
  type Standing,
} from './acceptance.ts';
import type { NetworkSummary } from './fetched.ts';
import type { RunRecord } from './run-record.ts';
import { type Verdict, type VerdictKind, worstVerdict } from './verdict.ts';

export interface PackageResult {
  /** The file as the user named it. */
  readonly file: string;
  /** What a name was taken for; absent where a file or an address was named, and where no repository has it. */
  readonly taken?: TakenPackage;
  readonly verdict: Verdict;
  readonly subject: Subject | undefined;
  readonly chain: readonly Link[];
  readonly findings: readonly ClaimFinding[];
  /** The plan that was carried out, with its identity. */
  readonly plan: { readonly identity: Sha256; readonly plan: Plan } | undefined;
  readonly sbom: SbomState | undefined;
  /** How each given syft scanned the rebuilt tree; absent where none did. */
  readonly scan?: ScanOutcome;
  /** What isolates the steps; absent where nothing was to be built, and where a melange does it in its own way. */
  readonly sandbox?: SandboxKind;
  /** What emulated the programs of the guest; absent where nothing did. */
  readonly emulation?: Emulation;
  /** How much of the difference the counterfactual proved; absent where there is none. */
  readonly explanation?: Explanation;
  /** What further builds showed; absent where there were none. */
  readonly triangulation?: Triangulation;
  /** What can be done about what differs; absent where nothing differs or nothing can be done. */
  readonly fixes?: Fixes;
  /** The substitute for the recorded environment; absent where there was none. */
  readonly substituted?: SubstitutedEnvironment;
  /** What the steps fetched; absent where they had no gateway. */
  readonly network?: NetworkSummary;
  /** What weakens the run: a substituted environment, a lesser sandbox. */
  readonly caveats: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** What the policy says of it; absent where none was given. */
  readonly policy?: Acceptance;
  /** How it stands to the baseline; absent where none was given. */
  readonly baseline?: Standing;
}

/** The package of a repository for which a name was taken. */
export interface TakenPackage {
  /** The repository as the user named it. */
  readonly repository: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The recipe that it was built of; undefined where nothing says so. */
  readonly origin: string | undefined;
}

export interface Subject {
  readonly sha256: Sha256;
  readonly size: number;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly architecture: string | undefined;
  /** The SHA-256 of the data section, as the package records it. */
  readonly datahash?: string;
  /** The SHA-1 of the control section, as an index lists it. */
  readonly q1?: string;
}

export interface RunResult {
  readonly packages: readonly PackageResult[];
  /** The worst verdict of all. */
  readonly verdict: VerdictKind;
  readonly exitCode: number;
  /** What the run shows of the policy; absent where none was given. */
  readonly policy?: PolicyRun;
  /** What the run shows of the baseline; absent where none was given. */
  readonly baseline?: BaselineRun;
  /** Which program judged, and what it was asked to judge; absent where the caller does not say. */
  readonly runs?: readonly RunRecord[];
}

/** Joins the results of a run, in the order in which the packages were named. */
export function runResult(packages: readonly PackageResult[]): RunResult {
  const verdict = worstVerdict(packages.map((each) => each.verdict.kind)) ?? 'inconclusive';
  return { packages, verdict, exitCode: exitCodeOf({ packages }) };
}
