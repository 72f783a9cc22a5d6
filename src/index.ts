/** The library: what the command line does, for programs. Nothing here prints, prompts, exits or reads the clock. */

export { type PublicKey, parsePublicKey } from './apk/apk-signature.ts';
export { parseSigningKey, type SigningKey } from './apk/private-key.ts';
export type { StatementFile } from './attest/decision/statement-votes.ts';
export type { Signer } from './attest/keys/signer.ts';
export { keyFileSigner } from './attest/signers/key-file-signer.ts';
export { parseTrustFile } from './attest/trust/trust-file.ts';
export type { TrustedRebuilders } from './attest/trust/trusted-keys.ts';
export { type Attested, type AttestOptions, attest } from './attest.ts';
export type { Link } from './claim/chain.ts';
export type { ClaimFinding, ClaimFindingKind } from './claim/findings.ts';
export { type Cause, type CauseKind, causeTitles } from './compare/cause.ts';
export { type CompareLimits, defaultCompareLimits } from './compare/compare-limits.ts';
export type { Comparison, Equivalence } from './compare/comparison.ts';
export type { Difference, DifferenceKind } from './compare/difference.ts';
export type { Part } from './compare/part.ts';
export type { TreeComparison } from './compare/trees.ts';
export { type DiffOptions, type DiffProgress, type DiffResult, diff } from './diff.ts';
export type { Machine } from './engine/engine.ts';
export { callerIdMap, type IdMap } from './execute/sandbox/id-map.ts';
export { type BuildLimits, defaultBuildLimits, type SandboxKind } from './execute/sandbox/sandbox.ts';
export type { Explanation } from './explain/counterfactual/explanation.ts';
export type { Triangulation } from './explain/triangulation.ts';
export { Failure, type FailureClass, type FailureCode } from './failure.ts';
export type { EnvironmentChoice, ProgressEvent, RunOptions } from './flow/run-options.ts';
export type { GatedIndex, GateOptions } from './gate-index.ts';
export { type IndexedFolder, indexFolder } from './index-folder.ts';
export { type Inputs, machineInputs } from './inputs/inputs.ts';
export type { Inspection } from './inspect.ts';
export {
  gateIndex,
  inspect,
  lock,
  type Reportable,
  rebuild,
  rebuildOutputs,
  reportFormats,
  verify,
} from './library/entry-points.ts';
export type { LibraryOptions } from './library/library-options.ts';
export type { LockedPlan } from './lock.ts';
export { type Architecture, parseArchitecture } from './names.ts';
export { filesOfArchive } from './pins/archive-files.ts';
export type { JudgedExchange, Judgement, PinReport } from './pins/judgement.ts';
export { type BodyReader, judgePins } from './pins/pins.ts';
export type { RecordedCommit, RecordedFile, RecordedSources } from './pins/recorded.ts';
export { type Plan, planIdentity } from './plan/plan.ts';
export type { RebuildTarget, RebuiltFile, RebuiltOutput } from './rebuild.ts';
export { asOf, mayBeList } from './registries/as-of.ts';
export type { AskRegistry, AsOfAnswer, ListShape, RegistryAnswer } from './registries/listed.ts';
export { diffFormats } from './report/diff-formats.ts';
export {
  type ReportFormat,
  reportFormatNames,
} from './report/format-names.ts';
export { renderJson } from './report/json-report.ts';
export { mergeSavedRuns, parseSavedRun } from './report/saved/saved-run.ts';
export type { SavedRun } from './report/saved/saved-runs.ts';
export { renderText } from './report/text-report.ts';
export type { Exchange, StoredBytes } from './transcript/exchange.ts';
export type { PackageResult, RunResult } from './verdict/result.ts';
export type { RunRecord } from './verdict/run-record.ts';
export type { StatedPackage, StatedRun } from './verdict/stated.ts';
export type { Verdict, VerdictKind } from './verdict/verdict.ts';
export {
  type AttestationDecision,
  type AttestationQuestion,
  verifyAttestations,
} from './verify-attestation.ts';
