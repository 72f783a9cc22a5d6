/** What a run found of one package, as a statement: for every verdict, good, bad and none (docs/attestations.md). */
import { canonicalJson } from '../../canonical.ts';
import type { Cause, CauseKind } from '../../compare/cause.ts';
import { allDifferences } from '../../compare/comparison.ts';
import { sha256 } from '../../digest.ts';
import type { StatedPackage, StatedVerdict } from '../../verdict/stated.ts';
import { type StatementSubject, subjectDescriptor } from './statement-subject.ts';
import { statementType, verdictPredicateType } from './uris.ts';

/** What made a statement, and when: the only time in it, outside of what rebuilders compare. */
export interface Statement {
  readonly tool: { readonly name: string; readonly version: string };
  /** Seconds since 1970. */
  readonly time: number;
}

const mostCaveats = 32;
const mostCaveatCharacters = 1000;

/** The statement about one package: `predicate.finding` is the same for everybody who found the same with the same program. */
export function verdictStatement(result: StatedPackage, subject: StatementSubject, made: Statement) {
  return {
    _type: statementType,
    subject: [subjectDescriptor(subject)],
    predicateType: verdictPredicateType,
    predicate: { time: timeText(made.time), finding: findingOf(result, made), policy: policyOf(result) },
  };
}

/** RFC 3339 in whole seconds. */
export function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function findingOf(result: StatedPackage, { tool }: Statement) {
  const { verdict, explanation, sbom, substituted, emulation, sandbox } = result;
  return {
    tool,
    verdict: verdict.kind,
    reason: verdict.kind === 'reproduced' ? undefined : verdict.reason,
    signature: verdict.kind === 'reproduced' ? verdict.signature.kind : undefined,
    rebuilt: rebuiltFile(verdict),
    causes: causesOf(verdict),
    explained: explanation?.explained,
    sbom,
    ...planned(result),
    substituted: substituted?.kind,
    network: networkOf(result),
    sandbox,
    emulation,
    caveats: result.caveats.slice(0, mostCaveats).map((text) => text.slice(0, mostCaveatCharacters)),
    caveatsCount: result.caveats.length,
  };
}

/** The file that the rebuild gave; undefined where nothing was compared. */
export function rebuiltFile(verdict: StatedVerdict) {
  if (verdict.kind === 'reproduced') return { sha256: verdict.proof.sha256, size: verdict.proof.size };
  return 'comparison' in verdict ? verdict.comparison?.files.rebuilt : undefined;
}

function planned({ plan }: StatedPackage) {
  if (plan === undefined) return {};
  const { environment, recipe } = plan.plan;
  return {
    plan: { sha256: plan.identity },
    recipe: { sha256: recipe.sha256 },
    environment: { kind: environment.kind, sha256: sha256(Buffer.from(canonicalJson(environment))) },
  };
}

/** What the steps reached; undefined where that was nothing. */
function networkOf({ plan, network }: StatedPackage) {
  if (network !== undefined) return { kind: network.mode, transcript: network.transcript };
  return plan?.plan.network?.kind === 'host' ? { kind: 'host' } : undefined;
}

/** What a gate accepted although it is not reproduced: the rules, whole, so that a reader sees what was let through, and why. */
function policyOf({ policy }: StatedPackage) {
  return policy === undefined ? undefined : { digest: policy.digest, accepted: policy.accepted };
}

const confidences: readonly Cause['confidence'][] = ['certain', 'likely', 'possible'];

/** The kinds of causes, each with its strongest confidence; undefined where nothing differs. */
function causesOf(verdict: StatedVerdict) {
  const comparison = 'comparison' in verdict ? verdict.comparison : undefined;
  if (comparison === undefined) return undefined;
  const found = new Map<CauseKind, Cause['confidence']>();
  for (const { causes = [] } of allDifferences(comparison.sections)) {
    for (const { kind, confidence } of causes) {
      const known = found.get(kind);
      if (known === undefined || confidences.indexOf(confidence) < confidences.indexOf(known))
        found.set(kind, confidence);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, confidence]) => ({ kind, confidence }));
}
