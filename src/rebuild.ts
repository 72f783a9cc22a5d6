/** Rebuilds packages and keeps them instead of comparing them. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Apk } from './apk/apk.ts';
import { type SigningKey, signBytes } from './apk/private-key.ts';
import { busy } from './busy.ts';
import { mapConcurrently } from './concurrency.ts';
import { sha256Hasher } from './digest.ts';
import { type EmittedPackage, packageSource } from './emit/package.ts';
import { type RebuiltPackage, withRebuilt } from './engine/engine.ts';
import { Failure, failureOfPackage } from './failure.ts';
import { type Candidate, observeSteps, rebuildRequest } from './flow/candidate.ts';
import { decideBuilder } from './flow/decide-builder.ts';
import { candidateFinder, isCandidate, requireCandidate } from './flow/find-candidate.ts';
import { keepRecordings } from './flow/recordings.ts';
import type { RunOptions } from './flow/run-options.ts';
import { transplant } from './flow/transplant.ts';
import { folderBelow, writeBelow } from './folders.ts';
import { grouped, paired } from './lists.ts';
import { notWritten, statNamed } from './named-path.ts';
import { type PackageName, packageFileName } from './names.ts';
import { buildIdentity, emissionFormat, type Plan, planIdentity, siblingPlan } from './plan/plan.ts';

export interface RebuiltFile {
  readonly name: string;
  readonly path: string;
}

export interface RebuildTarget {
  readonly directory: string;
  /** The key that signs, instead of the published signature. */
  readonly signingKey: SigningKey | undefined;
}

/** One package of a build, or one that was given and could not be built. */
export interface RebuiltOutput {
  /** The name of the package, or what was given where no name is known. */
  readonly name: string;
  /** The file that was written, or why there is none. */
  readonly outcome: RebuiltFile | Failure;
  /** The published file, where it was given, and whether what was built, with its signature, is equal to it; undefined where it was not given. */
  readonly published: { readonly file: string; readonly isEqual: boolean } | undefined;
  /** Whether the package may have content that only a scan of the published one shows: its SBOM then says nothing of it. */
  readonly isUnscanned: boolean;
}

/**
 * Rebuilds the package and writes `<arch>/<name>-<version>.apk` below a folder. Fails with the reason why it cannot be
 * rebuilt, and with `usage` where it would replace the published file.
 */
export async function rebuild(file: string, target: RebuildTarget, given: RunOptions): Promise<RebuiltFile> {
  const candidate = await requireCandidate(file, given, 'build');
  requirePlaces([{ candidates: [candidate], names: [candidate.target.claim.name] }], target.directory);
  const request = rebuildRequest([candidate], observed(candidate));
  return withRebuilt(candidate.run.builds.engine, request, async ([first]) => {
    await keepRecordings([candidate], request.network, first!.conversation);
    return writeDecided(candidate, (await decideBuilder({ candidate, rebuilt: first! })).rebuilt, target);
  });
}

/**
 * Rebuilds packages and writes them with all others that their recipes make, each recipe built once for all packages of its build that were given. A given one is written as
 * its published file decides, the others as the first of those decides, without a signature unless a key signs. Each has its own outcome; fails with `usage` before
 * anything is built where two would have the same file, or one would replace a published file that was given.
 * @param onOutput is told of each as soon as it is written
 */
export async function rebuildOutputs(
  files: readonly string[],
  target: RebuildTarget,
  given: RunOptions,
  onOutput: (output: RebuiltOutput) => void = () => undefined,
): Promise<readonly RebuiltOutput[]> {
  const outputs: RebuiltOutput[] = [];
  const settle = (output: RebuiltOutput) => {
    outputs.push(output);
    onOutput(output);
  };
  const find = candidateFinder(given, 'build');
  const found = await mapConcurrently([...files.entries()], given.jobs, async ([at, file]) => {
    const each = await find(given.machine.inputs.name(file), at);
    if (isCandidate(each)) return [each];
    settle({ name: file, outcome: each.failure, published: undefined, isUnscanned: false });
    return [];
  });
  const builds = [
    ...grouped(found.flat(), ({ prepared }) => busy(() => buildIdentity(prepared.plan))).values(),
  ].map((candidates) => ({ candidates, names: namesOf(candidates) }));
  requirePlaces(builds, target.directory);
  await mapConcurrently(builds, given.jobs, (build) => rebuildAll(build, target, settle));
  return outputs;
}

/** One build: the candidates that share it, and the names of the packages that it makes, those of the candidates first. */
interface PlannedBuild {
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly names: readonly PackageName[];
}

function namesOf(candidates: PlannedBuild['candidates']): PackageName[] {
  const { recipe } = candidates[0].target.claim;
  const own = candidates.map(({ target }) => target.claim.name);
  const all = [recipe.package.name, ...recipe.subpackages.map(({ name }) => name)];
  return [...own, ...new Set(all.filter((name) => !own.includes(name)))];
}

/** Requires that each package has a file of its own, and none that of a published one which was given, in folders that can be written to. Fails with `usage`. */
function requirePlaces(builds: readonly PlannedBuild[], directory: string): void {
  const published = new Map(
    builds.flatMap(({ candidates }) => candidates.map(({ target }) => [realPath(target.file), target.file])),
  );
  const taken = new Map<string, string>();
  for (const { candidates, names } of builds) {
    const { version, architecture } = candidates[0].prepared.plan.package;
    const folder = folderBelow(directory, architecture);
    for (const [at, name] of names.entries()) {
      const path = join(folder, packageFileName({ name, version }));
      const { file } = (candidates[at] ?? candidates[0]).target;
      const other = taken.get(path);
      if (other !== undefined) throw clash(`${path} would be written for ${other} and for ${file}`);
      const replaced = published.get(realPath(path));
      if (replaced !== undefined) throw clash(`${path} would replace ${replaced}, which was given`);
      if (statNamed(path)?.isDirectory() === true) throw notWritten(path, { code: 'EISDIR' });
      taken.set(path, file);
    }
  }
}

function clash(message: string): Failure {
  return new Failure('usage', message, {
    hint: 'name a different folder with -o DIR, or rebuild them in two runs',
  });
}

/** Where a path leads; as it is where nothing is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function observed({ target, run }: Candidate) {
  const { name: subject } = target.claim.recipe.package;
  run.watch.onProgress({ kind: 'stage', subject, stage: 'rebuild', places: [0] });
  return observeSteps(subject, run.watch);
}

/** Builds once and writes each package. What concerns one package is its outcome, what concerns the build that of all. */
async function rebuildAll(
  { candidates, names }: PlannedBuild,
  target: RebuildTarget,
  settle: (output: RebuiltOutput) => void,
): Promise<void> {
  const [first] = candidates;
  const { signal } = first.run.machine;
  const others = names.slice(candidates.length);
  const request = rebuildRequest(candidates, observed(first));
  const plans = [...request.plans, ...others.map((name) => siblingPlan(first.prepared.plan, name))];
  const waiting = new Set<string>(names);
  const settled = (output: RebuiltOutput) => {
    waiting.delete(output.name);
    settle(output);
  };
  try {
    await withRebuilt(first.run.builds.engine, { ...request, plans }, async (packages) => {
      await keepRecordings(candidates, request.network, packages[0]?.conversation);
      let model: Plan | undefined;
      for (const [candidate, built] of paired(candidates, packages.slice(0, candidates.length))) {
        const { rebuilt } = await decideBuilder({ candidate, rebuilt: built });
        model ??= rebuilt.plan;
        settled(await outputOf(candidate, rebuilt, target, signal));
      }
      for (const [name, built] of paired(others, packages.slice(candidates.length)))
        settled(await outputOf(name, await rebuiltAs(siblingPlan(model!, name), built), target, signal));
    });
  } catch (thrown) {
    const outcome = failureOfPackage(thrown, signal);
    for (const name of waiting) settle({ name, outcome, published: undefined, isUnscanned: false });
  }
}

/** A package by a plan that may differ in the builder from the one by which it was emitted. */
async function rebuiltAs(plan: Plan, built: RebuiltPackage): Promise<RebuiltPackage> {
  return built.otherwise === undefined || planIdentity(plan) === planIdentity(built.plan)
    ? built
    : built.otherwise.emit(plan);
}

/** Writes one package. @param of the published package that was given, or the name of one that was not */
async function outputOf(
  of: Candidate | PackageName,
  rebuilt: RebuiltPackage,
  target: RebuildTarget,
  signal: AbortSignal,
): Promise<RebuiltOutput> {
  const { outcome, plan } = rebuilt;
  const { name } = plan.package;
  const isUnscanned = !(outcome instanceof Failure) && outcome.unscanned.length > 0;
  const candidate = typeof of === 'string' ? undefined : of;
  try {
    const written = await writeDecided(candidate, rebuilt, target);
    const published =
      candidate === undefined || outcome instanceof Failure
        ? undefined
        : { file: candidate.target.file, isEqual: await isEqual(outcome, plan, candidate.target.apk) };
    return { name, outcome: written, published, isUnscanned };
  } catch (thrown) {
    return { name, outcome: failureOfPackage(thrown, signal), published: undefined, isUnscanned };
  }
}

/** Whether a rebuilt package with the signature of the published one is the published file. */
async function isEqual(emitted: EmittedPackage, plan: Plan, published: Apk): Promise<boolean> {
  const hasher = sha256Hasher();
  const signature = publishedSignature(published, plan);
  for await (const chunk of packageSource(emitted, signature).open()) hasher.update(chunk);
  return hasher.digest() === published.sha256;
}

async function writeDecided(
  candidate: Candidate | undefined,
  { outcome, plan }: RebuiltPackage,
  { directory, signingKey }: RebuildTarget,
): Promise<RebuiltFile> {
  if (outcome instanceof Failure) throw outcome;
  const signature = signatureFor(outcome, plan, candidate?.target.apk, signingKey);
  return writePackage(outcome, signature, folderBelow(directory, plan.package.architecture));
}

function signatureFor(
  emitted: EmittedPackage,
  plan: Plan,
  published: Apk | undefined,
  key: SigningKey | undefined,
): Uint8Array | undefined {
  if (key === undefined) return published === undefined ? undefined : publishedSignature(published, plan);
  const { algorithm } = emissionFormat(plan).signature;
  const bytes = signBytes(emitted.control, algorithm, key);
  return transplant({ bytes, algorithm, keyName: key.publicName }, plan);
}

function publishedSignature({ signature: section }: Apk, plan: Plan): Uint8Array | undefined {
  const signature = section?.signatures[0];
  return signature === undefined ? undefined : transplant(signature, plan);
}

async function writePackage(
  emitted: EmittedPackage,
  signature: Uint8Array | undefined,
  folder: string,
): Promise<RebuiltFile> {
  const path = await writeBelow(folder, packageFileName(emitted), packageSource(emitted, signature).open());
  return { name: emitted.name, path };
}
