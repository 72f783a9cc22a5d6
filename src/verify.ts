/** The flow: published files in, one verdict each out. Each line of `verifyBuild` is an arrow of docs/architecture.md. */
import type { Signature } from './apk/signature.ts';
import type { StepObserver } from './build/steps.ts';
import { comparePackages } from './compare/compare.ts';
import { mapConcurrently } from './concurrency.ts';
import { packageSource } from './emit/package.ts';
import { emitSignature } from './emit/sections.ts';
import { builtinEngine } from './engine/builtin.ts';
import type { Rebuilt } from './engine/engine.ts';
import { Failure } from './failure.ts';
import { fileSource } from './inputs/files.ts';
import { formatOf } from './melange/format.ts';
import { parseRelease } from './melange/version.ts';
import type { RunOptions } from './options.ts';
import { type Plan, planIdentity } from './plan/plan.ts';
import { groupByBuild, type Prepared, prepare, repositoryOpener, substitution } from './prepare.ts';
import { verifySignatures } from './repository/keyring.ts';
import { type Examined, examine, isTarget, subjectOf, type Target } from './target.ts';
import { type PackageResult, type RunResult, runResult } from './verdict/result.ts';
import { decide, verdictOfFailure } from './verdict/verdict.ts';

/** Verifies packages by file. Every one is judged; fails only with `usage` or `internal`. */
export async function verify(files: readonly string[], options: RunOptions): Promise<RunResult> {
  const repositories = repositoryOpener(options);
  const examined = await mapConcurrently(files, options.jobs, (file) => {
    options.onProgress({ kind: 'stage', subject: file, stage: 'read' });
    return examine(file, fileSource(file), repositories, options);
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
    const rebuilt = await (options.engine ?? builtinEngine).rebuild({
      ...prepared,
      machine: options.machine,
      observer: observeSteps(targets[0]!.claim.recipe.package.name, options),
    });
    try {
      stage('compare');
      return await Promise.all(
        targets.map((target, index) => judge(target, index, prepared!, rebuilt, options)),
      );
    } finally {
      await rebuilt.dispose();
    }
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return targets.map((target, index) => [target, failedResult(target, failure, prepared?.plans[index])]);
  }
}

/** Compares one package with what was rebuilt of it and decides. */
async function judge(
  target: Target,
  index: number,
  prepared: Prepared,
  rebuilt: Rebuilt,
  options: RunOptions,
): Promise<[Target, PackageResult]> {
  const plan = prepared.plans[index]!;
  const emitted = rebuilt.packages[index]!;
  if (emitted instanceof Failure) return [target, failedResult(target, emitted, plan)];
  const published = target.apk.signature?.signatures[0];
  const signature = published === undefined ? undefined : transplant(published, plan);
  const comparison = await comparePackages(target.source, packageSource(emitted, signature), options.limits);
  const state = verifySignatures(target.apk.signature?.signatures ?? [], emitted.control, options.keys);
  const substituted = substitution(prepared.guest);
  return [
    target,
    {
      ...knownOf(target, plan),
      verdict: decide(comparison, state, substituted),
      sbom: comparison.sbom,
      caveats: [...(substituted === undefined ? [] : [substituted]), ...rebuilt.caveats],
      skipped: emitted.skipped,
    },
  ];
}

/** The signature section around the published signature's own bytes, which are all that is taken over. */
export function transplant({ bytes, algorithm, keyName }: Signature, plan: Plan): Uint8Array {
  const format = formatOf(parseRelease(plan.builder.melange)!);
  return emitSignature(bytes, { algorithm, keyName }, format, plan.builder.clock ?? 0, plan.builder.deflate);
}

function failedResult(examined: Examined, failure: Failure, plan?: Plan): PackageResult {
  const verdict = verdictOfFailure(failure);
  if (verdict === undefined) throw failure;
  return { ...knownOf(examined, plan), verdict, sbom: undefined, caveats: [], skipped: [] };
}

function knownOf(examined: Examined, plan: Plan | undefined) {
  return {
    file: examined.file,
    subject: subjectOf(examined),
    chain: examined.chain,
    findings: examined.claim?.findings ?? [],
    plan: plan === undefined ? undefined : { identity: planIdentity(plan), plan },
  };
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
