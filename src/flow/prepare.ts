/** Plans one package as if it were alone: its inputs are found and pinned, and its traits come only from the file itself. */

import { busy } from '../busy.ts';
import { canonicalJson } from '../canonical.ts';
import type { Claim } from '../claim/claim.ts';
import { boundedFindings, type ClaimFinding } from '../claim/findings.ts';
import { requireCompiled } from '../claim/recipe/compiled.ts';
import type { Recipe } from '../claim/recipe/recipe.ts';
import { formatOfTraits, traitsUnder } from '../claim/traits/traits.ts';
import type { Sha256 } from '../digest.ts';
import type { KeptScan } from '../emit/sbom/production/kept-scan.ts';
import type { GuestRequest, RebuildRequest } from '../engine/engine.ts';
import { listSourceFiles, type SourceFile } from '../execute/workspace.ts';
import { Failure } from '../failure.ts';
import { encoderInference } from '../inference/deflate-trait.ts';
import type { inferRecord as InferRecord } from '../inference/production/infer.ts';
import { findSources } from '../inputs/found-sources.ts';
import { environmentAccess } from '../inputs/package-facts.ts';
import type { DeflateEncoder } from '../melange/deflate-encoder.ts';
import { formatOf } from '../melange/format.ts';
import type { RecognisedVersion } from '../melange/releases.ts';
import type { Version } from '../melange/version.ts';
import { missing } from '../named-path.ts';
import type { Architecture } from '../names.ts';
import {
  findExact,
  type PlannedEnvironment,
  recordedPackages,
  resolveEnvironment,
} from '../plan/environment.ts';
import { environmentCaveats, environmentFindings, refusedFindings } from '../plan/environment-findings.ts';
import { requireNoNetwork } from '../plan/fetching-steps.ts';
import { findNearest, isSubstitute } from '../plan/nearest.ts';
import { emissionFormat, makePlan, type Plan, type PlannedScan, planIdentity } from '../plan/plan.ts';
import { requestedSources } from '../plan/requested-sources.ts';
import { nearestSubstitutes, type SubstitutedEnvironment } from '../plan/substituted.ts';
import { chosenNetwork, plannedNetwork, recordedAsOf } from './chosen-network.ts';
import { environmentPlaces, type OpenedRepositories } from './repositories.ts';
import type { Builds, Run } from './run.ts';
import type { Target } from './target.ts';

/** What a rebuild of one package needs, and what was noticed while finding it. */
export interface Prepared {
  readonly inputs: FoundInputs;
  readonly plan: Plan;
  /** What was noticed about the inputs, and about the package beside them. */
  readonly findings: readonly ClaimFinding[];
  /** The same plan under the rules of a different version. */
  planUnder(melange: RecognisedVersion, tried: readonly Version[]): Plan;
  /** The encoders other than the plan's that can have written what was read of the package, the likeliest first. */
  otherEncoders(plan: Plan): readonly DeflateEncoder[];
}

/** The values by which the inputs of a build are found. Nothing else of a package influences them, so packages with equal values share them. */
interface InputsQuery {
  readonly recipe: Recipe;
  readonly recipeSha256: Sha256;
  readonly architecture: Architecture;
  readonly melange: RecognisedVersion;
  readonly recipeFile: Claim['traits']['recipeFile'];
  /** The time as of which lists of registries are recorded, in seconds since 1970; as they are now where undefined. */
  readonly asOf: number | undefined;
}

/** The inputs of a build on this machine. */
export interface FoundInputs
  extends Pick<RebuildRequest, 'recipe' | 'guest' | 'sources' | 'sourceFiles' | 'network'> {
  /** The substitute for the recorded environment; undefined where there is none. */
  readonly substituted: SubstitutedEnvironment | undefined;
  /** What was noticed about them. */
  readonly findings: readonly ClaimFinding[];
  /** What weakens the statement of a rebuild. */
  readonly caveats: readonly string[];
}

/** Plans packages of one run. */
export type Planner = (target: Target, repositories: OpenedRepositories) => Promise<Prepared>;

/** A planner that finds the inputs of a build once for all its packages. Plans fail with the reason why inputs cannot be had. */
export function packagePlanner(run: Run): Planner {
  const known = new WeakMap<OpenedRepositories, Map<string, Promise<FoundInputs>>>();
  const inputsOf = (query: InputsQuery, repositories: OpenedRepositories): Promise<FoundInputs> => {
    const inputs = known.get(repositories) ?? new Map<string, Promise<FoundInputs>>();
    known.set(repositories, inputs);
    const { recipe: _parsed, ...key } = query;
    const text = canonicalJson(key);
    const found = inputs.get(text) ?? findInputs(query, repositories, run);
    inputs.set(text, found);
    return found;
  };
  return async (target, repositories) => {
    const { recipe, recipeSha256, architecture, traits } = target.claim;
    const { melange, recipeFile } = traits;
    const asOf = recordedAsOf(run, traits.clock);
    const query = { recipe, recipeSha256, architecture, melange, recipeFile, asOf };
    return prepared(target, await inputsOf(query, repositories), run);
  };
}

async function prepared(target: Target, inputs: FoundInputs, run: Run): Promise<Prepared> {
  const { claim, apk } = target;
  const { guest, sources, sourceFiles } = inputs;
  const pinned = {
    environment: plannedEnvironment(guest),
    sources: sources.map(({ source }) => source),
    recipeFiles: sourceFiles?.files ?? [],
    network: plannedNetwork(inputs.network),
  };
  const encoder = await encoderInference(apk, claim.architecture);
  const inferRecord = await recordInference(target);
  const scan = await plannedScan(target, run);
  const planUnder = (melange: RecognisedVersion, tried: readonly Version[]): Plan => {
    const own: Claim = { ...claim, traits: traitsUnder(melange, claim.traits, apk) };
    const deflate = encoder.likeliest(formatOfTraits(own.traits).deflate);
    return makePlan(own, { deflate, sbomRecord: inferRecord({ apk, claim: own }), scan, tried, ...pinned });
  };
  const plan = busy(() => planUnder(claim.traits.melange, []));
  requireExpected(plan, run.builds);
  const noticed = guest.kind === 'recorded' ? environmentFindings(claim.traits.clock, guest.packages) : [];
  return {
    inputs,
    plan,
    planUnder,
    otherEncoders: (other) =>
      busy(() => encoder.others(emissionFormat(other).deflate, other.builder.deflate)),
    findings: boundedFindings([...inputs.findings, ...noticed]),
  };
}

async function findInputs(
  query: InputsQuery,
  repositories: OpenedRepositories,
  run: Run,
): Promise<FoundInputs> {
  const { places, permissions, machine } = run;
  const { recipe, melange, architecture } = query;
  const format = formatOf(melange.version);
  requireCompiled(recipe, { format, released: melange.basis === 'release', architecture });
  const network = await chosenNetwork(query, format, run);
  if (network.kind === 'none') requireNoNetwork(recipe, format);
  const { requests, unpinned } = requestedSources(recipe, format, permissions.unpinnedSources);
  const { guest, environment: substituted, ...noticed } = await prepareGuest(query, repositories, run);
  const sources = await findSources(
    requests,
    { caches: places.sourceCaches, mirrors: places.sourceMirrors },
    machine.inputs,
  );
  const origin = await recipeOrigin(query, run);
  const directory = places.sourceDirectory ?? origin.folder;
  const files = directory === undefined ? [] : listSourceFiles(directory);
  return {
    recipe,
    guest,
    network,
    substituted,
    sources,
    sourceFiles: directory === undefined ? undefined : { directory, files },
    findings: boundedFindings([
      ...noticed.findings,
      ...origin.findings,
      ...unpinned.map((detail) => ({ kind: 'source-unpinned' as const, detail })),
      ...(places.sourceDirectory === undefined ? [] : givenFiles(files)),
    ]),
    caveats: guest.kind === 'recorded' ? environmentCaveats(guest.packages) : [],
  };
}

const mostNamed = 5;

/** The finding for files beside the recipe that the user or a bundle gave; those of a recipe repository belong to a commit. */
function givenFiles(files: readonly SourceFile[]): ClaimFinding[] {
  if (files.length === 0) return [];
  const named = files.slice(0, mostNamed).map(({ path }) => path);
  const more = files.length - named.length;
  return [
    { kind: 'recipe-files-unvouched', detail: `${named.join(' ')}${more > 0 ? ` and ${more} more` : ''}` },
  ];
}

/** Loaded only where production's generator was used: no other generator writes records that need it. */
async function recordInference({ claim }: Target): Promise<typeof InferRecord> {
  if (claim.traits.sbomGenerator !== 'production') return () => undefined;
  return (await import('../inference/production/infer.ts')).inferRecord;
}

/** Requires the plan that a bundle was made for: nothing else vouches for files beside the recipe. */
function requireExpected(plan: Plan, { expectedPlan }: Builds): void {
  const identity = planIdentity(plan);
  if (expectedPlan === undefined || identity === expectedPlan) return;
  throw new Failure(
    'bundle-invalid',
    'the bundle was made for a different plan than the one that its inputs give',
    {
      expected: expectedPlan,
      got: identity,
    },
  );
}

interface FoundOrigin {
  readonly folder: string | undefined;
  readonly findings: readonly ClaimFinding[];
}

/** Finds the recipe in the repository that the user named: what lay beside it, and whether it is the one inside the package. */
async function recipeOrigin(
  { recipe, recipeFile }: InputsQuery,
  { places: { recipeRepository }, machine }: Run,
): Promise<FoundOrigin> {
  if (recipeRepository === undefined) return { folder: undefined, findings: [] };
  const { findRecipe } = await import('../inputs/recipe-repository.ts');
  const { compareWithSource, comparisonFinding } = await import('../claim/recipe-origin.ts');
  const { path, commit: recorded } = recipeFile;
  // The recipe's own commit can differ: it may belong to the repository of its file, or to none.
  const commit = recorded === '' ? recipe.package.commit : recorded;
  const file = path === '' ? `${recipe.package.name}.yaml` : path;
  const found = await findRecipe(recipeRepository, { commit, file }, machine.inputs);
  const notCompared = (detail: string): FoundOrigin => ({
    folder: found?.folder,
    findings: [{ kind: 'recipe-not-compared', detail }],
  });
  if (found === undefined)
    return notCompared(`the repository has no commit ${commit}, nor one exported from it`);
  if (found.recipe === undefined) return notCompared(`${found.commit} has no ${file}`);
  const where = found.mapped
    ? `${file} at ${found.commit}, exported from ${commit}`
    : `${file} at ${found.commit}`;
  return {
    folder: found.folder,
    findings: [comparisonFinding(compareWithSource(recipe, found.recipe), where)],
  };
}

function plannedEnvironment(guest: GuestRequest): PlannedEnvironment {
  if (guest.kind === 'image') return { kind: 'image', manifest: guest.manifest };
  if (guest.kind !== 'recorded') return { kind: guest.kind };
  const kind = guest.packages.some(isSubstitute) ? 'nearest' : 'recorded';
  return { kind, packages: guest.packages.map(({ locked }) => locked) };
}

/** How the package is scanned; undefined where nothing is given that lists its tree, or nothing is needed. */
async function plannedScan(
  { apk, claim }: Target,
  { machine: { syft, inputs }, places: { keptScans }, watch }: Run,
): Promise<PlannedScan | undefined> {
  const programs: Sha256[] = [];
  for (const path of syft) {
    const digest = await inputs.hash(path);
    if (digest === undefined) throw missing(path, 'file');
    programs.push(digest);
  }
  if (programs.length + keptScans.length === 0 || claim.traits.sbomGenerator !== 'production')
    return undefined;
  // What a program lists is asked of the program where it is at hand.
  const kept = keptScans
    .filter((scan) => isOf(scan, claim) && !programs.includes(scan.program))
    .map(({ sha256, tree, program, listing }) => ({ sha256, tree, program, version: listing.version }));
  if (programs.length + kept.length === 0) {
    const text = `no scan that was given is of ${claim.name} ${claim.version}`;
    watch.onProgress({ kind: 'warning', text });
    return undefined;
  }
  const { publishedScan } = await import('../inference/production/published.ts');
  return { programs, kept, found: publishedScan(apk) };
}

function isOf({ package: scanned }: KeptScan, { name, version, architecture }: Claim): boolean {
  return scanned.name === name && scanned.version === version && scanned.architecture === architecture;
}

interface PreparedGuest {
  readonly guest: GuestRequest;
  /** The substitute environment; undefined where the recorded one is used. */
  readonly environment: SubstitutedEnvironment | undefined;
  readonly findings: readonly ClaimFinding[];
}

async function prepareGuest(
  { recipe, architecture }: InputsQuery,
  repositories: OpenedRepositories,
  run: Run,
): Promise<PreparedGuest> {
  const { machine, trust } = run;
  const { environment } = run.places;
  if (environment.kind !== 'recorded' && environment.kind !== 'nearest') {
    const { prepareSubstitute } = await import('./substitute.ts');
    return { ...(await prepareSubstitute(environment, { recipe, architecture }, machine)), findings: [] };
  }
  const found = await environmentPlaces(recipe, architecture, repositories, run);
  const access = environmentAccess(machine.inputs, found.keys, architecture);
  const search = { ...found, architecture, access, allowUnsigned: trust.allowUnsigned };
  const find = environment.kind === 'nearest' ? findNearest : findExact;
  const { packages, refused } = await resolveEnvironment(recordedPackages(recipe), search, find);
  return {
    guest: { kind: 'recorded', packages },
    environment: nearestSubstitutes(packages),
    findings: [...found.findings, ...refusedFindings(refused)],
  };
}
