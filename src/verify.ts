/** The flow: published files in, one verdict each out. Each line of `verifyBuild` is an arrow of docs/architecture.md. */
import type { ByteSource } from './apk/apk.ts';
import type { Limits } from './apk/limits.ts';
import type { StepObserver } from './build/steps.ts';
import { decideVersion } from './builder-version.ts';
import type { ClaimFinding } from './claim/findings.ts';
import { type Comparison, comparePackages, isUnequal } from './compare/compare.ts';
import { mapConcurrently } from './concurrency.ts';
import { type Sha256, sha256Hasher } from './digest.ts';
import { packageSource } from './emit/package.ts';
import { recordFindings } from './emit/sbom/production/findings.ts';
import { witnessPaths } from './emit/sbom/production/witness.ts';
import { builtinEngine } from './engine/builtin.ts';
import type { Rebuilt } from './engine/engine.ts';
import type { explainComparison } from './explain.ts';
import { Failure } from './failure.ts';
import type { RunOptions } from './options.ts';
import { type Plan, planIdentity } from './plan/plan.ts';
import { groupByBuild, type Prepared, prepare, substitution } from './prepare.ts';
import { verifySignatures } from './repository/keyring.ts';
import { examineSubject, type OpenRun, openRun, unexamined } from './subject.ts';
import { type Examined, isTarget, subjectOf, type Target } from './target.ts';
import { transplant } from './transplant.ts';
import { triangulate } from './triangulate.ts';
import { type PackageResult, type RunResult, runResult } from './verdict/result.ts';
import { decide, verdictOfFailure } from './verdict/verdict.ts';

/** Verifies packages by file. Every one is judged; fails only with `usage` or `internal`. */
export async function verify(files: readonly string[], given: RunOptions): Promise<RunResult> {
  try {
    return await verifyOpened(files, await openRun(files, given));
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.class === 'usage' || failure.class === 'internal')
      throw failure;
    return runResult(files.map((file) => failedResult(unexamined(file, failure), failure)));
  }
}

async function verifyOpened(
  files: readonly string[],
  { options, repositories }: OpenRun,
): Promise<RunResult> {
  const examined = await mapConcurrently(files, options.jobs, (file) => {
    options.onProgress({ kind: 'stage', subject: file, stage: 'read' });
    return examineSubject(file, repositories, options);
  });
  const results = new Map<Examined, PackageResult>();
  for (const each of examined) if (!isTarget(each)) results.set(each, failedResult(each, each.failure!));
  const groups = groupByBuild(examined.filter(isTarget));
  await mapConcurrently(groups, options.jobs, async (targets) => {
    const opened = await repositories(targets[0]!.claim.architecture);
    for (const [target, result] of await verifyBuild(targets, opened, options)) results.set(target, result);
  });
  return runResult(examined.map((each) => results.get(each)!));
}

type Repositories = Parameters<typeof prepare>[1];

async function verifyBuild(
  targets: readonly Target[],
  repositories: Repositories,
  options: RunOptions,
): Promise<[Target, PackageResult][]> {
  const stage = (name: 'plan' | 'rebuild' | 'compare') =>
    options.onProgress({ kind: 'stage', subject: targets[0]!.claim.recipe.package.name, stage: name });
  let prepared: Prepared | undefined;
  try {
    stage('plan');
    prepared = await prepare(targets, repositories, options);
    stage('rebuild');
    const observer = observeSteps(targets[0]!.claim.recipe.package.name, options);
    const request = { ...prepared, machine: options.machine, observer };
    const built = await (options.engine ?? builtinEngine).rebuild(request);
    try {
      stage('compare');
      const decided = await decideVersion(targets, prepared, built, options.machine);
      const { rebuilt } = decided;
      prepared = decided.prepared;
      const results = await Promise.all(
        targets.map(async (target, index): Promise<PackageResult> => {
          try {
            return await judge(target, index, prepared!, rebuilt, options);
          } catch (failure) {
            if (!(failure instanceof Failure)) throw failure;
            return failedResult(target, failure, prepared!.plans[index], prepared!.findings);
          }
        }),
      );
      const triangulated = await triangulate(results, { ...request, ...prepared }, rebuilt, options);
      return targets.map((target, index) => [target, triangulated[index]!]);
    } finally {
      await built.dispose();
    }
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return targets.map((target, index) => [
      target,
      failedResult(target, failure, prepared?.plans[index], prepared?.findings),
    ]);
  }
}

/** Loaded where it is needed: most of the program is about what differs. */
const explain: typeof explainComparison = async (...given) =>
  (await import('./explain.ts')).explainComparison(...given);

/** Compares one package with what was rebuilt of it and decides. */
async function judge(
  target: Target,
  index: number,
  prepared: Prepared,
  rebuilt: Rebuilt,
  options: RunOptions,
): Promise<PackageResult> {
  const plan = prepared.plans[index]!;
  const emitted = rebuilt.packages[index]!;
  if (emitted instanceof Failure) throw emitted;
  const published = target.apk.signature?.signatures[0];
  const signature = published === undefined ? undefined : transplant(published, plan);
  const rebuiltSource = packageSource(emitted, signature);
  const compared = await compareSound(target, rebuiltSource, options.limits);
  const { limits } = options;
  const { comparison, explanation } = isUnequal(compared)
    ? await explain(compared, {
        target,
        index,
        prepared,
        rebuilt,
        rebuiltSource,
        signature,
        limits,
      })
    : { comparison: compared, explanation: undefined };
  const state = verifySignatures(target.apk.signature?.signatures ?? [], emitted.control, options.keys);
  const substituted = substitution(prepared.guest);
  return {
    ...knownOf(target, plan, prepared.findings),
    verdict: decide(comparison, state, substituted, explanation),
    ...(explanation === undefined ? {} : { explanation }),
    sbom: comparison.sbom,
    caveats: [...(substituted === undefined ? [] : [substituted]), ...rebuilt.caveats],
    skipped: emitted.skipped,
  };
}

/**
 * Compares a published file that was found sound. What is refused now is the rebuilt one, which says nothing against the
 * published: fails with `unsupported` then.
 */
async function compareSound(target: Target, rebuilt: ByteSource, limits?: Limits): Promise<Comparison> {
  try {
    const comparison = await comparePackages(target.source, rebuilt, limits);
    const { files } = comparison;
    requireSameFile(files.equal ? files.proof.sha256 : files.published.sha256, target);
    return comparison;
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.class !== 'rejected') throw failure;
    requireSameFile(await digestOf(target.source), target);
    throw new Failure('unsupported', `the rebuilt package cannot be compared: ${failure.message}`, {
      cause: failure,
    });
  }
}

async function digestOf(source: ByteSource): Promise<Sha256> {
  const hasher = sha256Hasher();
  for await (const chunk of source.open()) hasher.update(chunk);
  return hasher.digest();
}

/** What was compared must be what the chain of digests was about. Fails with `file-changed`. */
function requireSameFile(compared: Sha256, { apk }: Target): void {
  if (compared === apk.sha256) return;
  throw new Failure('file-changed', 'the file changed while it was being verified', {
    expected: apk.sha256,
    got: compared,
  });
}

function failedResult(
  examined: Examined,
  failure: Failure,
  plan?: Plan,
  noticed: readonly ClaimFinding[] = [],
): PackageResult {
  const verdict = verdictOfFailure(failure);
  if (verdict === undefined) throw failure;
  return { ...knownOf(examined, plan, noticed), verdict, sbom: undefined, caveats: [], skipped: [] };
}

function knownOf(examined: Examined, plan: Plan | undefined, noticed: readonly ClaimFinding[]) {
  return {
    file: examined.file,
    subject: subjectOf(examined),
    chain: examined.chain,
    findings: [...(examined.claim?.findings ?? []), ...sbomFindings(examined, plan), ...noticed],
    plan: plan === undefined ? undefined : { identity: planIdentity(plan), plan },
  };
}

/** What the SBOM of a package that was planned testifies about it. */
function sbomFindings({ apk, claim }: Examined, plan: Plan | undefined): ClaimFinding[] {
  if (apk === undefined || claim === undefined) return [];
  return recordFindings(witnessPaths(apk, claim), plan?.builder.sbomRecord ?? undefined);
}

/** Passes what the steps of a build do on to whoever watches the run. */
export function observeSteps(subject: string, { onProgress }: Pick<RunOptions, 'onProgress'>): StepObserver {
  return {
    begin: ({ package: name, position, label }) =>
      onProgress({ kind: 'step', subject: name, position, label }),
    output: ({ position }, bytes) => onProgress({ kind: 'output', subject, position, bytes }),
    end: () => undefined,
  };
}
