/** Packages of one build, planned together: inputs found and pinned once, one plan each. */
import { listSourceFiles } from '../build/workspace.ts';
import type { Claim } from '../claim/claim.ts';
import type { ClaimFinding } from '../claim/findings.ts';
import { formatOfTraits, traitsUnder } from '../claim/traits/traits.ts';
import { type Sha256, sha256 } from '../digest.ts';
import { deflateInference } from '../emit/deflate-trait.ts';
import type { inferRecords as InferRecords } from '../emit/sbom/production/infer.ts';
import type { GuestRequest, RebuildRequest } from '../engine/engine.ts';
import { Failure } from '../failure.ts';
import { environmentAccess } from '../inputs/package-facts.ts';
import { findSources } from '../inputs/sources.ts';
import type { RecognisedVersion } from '../melange/releases.ts';
import type { Version } from '../melange/version.ts';
import { canonicalJson } from '../plan/canonical.ts';
import {
  findExact,
  type PlannedEnvironment,
  recordedPackages,
  resolveEnvironment,
} from '../plan/environment.ts';
import { environmentCaveats, environmentFindings, refusedFindings } from '../plan/environment-findings.ts';
import { findNearest, isSubstitute } from '../plan/nearest.ts';
import { requireNoNetwork } from '../plan/network.ts';
import { makePlan, type Plan, type PlannedScan, planIdentity } from '../plan/plan.ts';
import { requestedSources } from '../plan/sources.ts';
import { nearestSubstitutes, type SubstitutedEnvironment } from '../plan/substituted.ts';
import type { RunOptions } from './options.ts';
import { environmentPlaces, type OpenedRepositories } from './repositories.ts';
import type { Target } from './target.ts';

/** Everything that a rebuild takes but the machine and who watches, and what was noticed on the way. */
export interface Prepared extends Omit<RebuildRequest, 'machine' | 'observer'> {
  /** What stands in for the recorded environment; undefined where nothing does. */
  readonly substituted: SubstitutedEnvironment | undefined;
  readonly findings: readonly ClaimFinding[];
  /** What weakens whatever a rebuild shows. */
  readonly caveats: readonly string[];
  /** The same plans under the rules of another version. */
  planUnder(melange: RecognisedVersion, tried: readonly Version[]): readonly Plan[];
}

/** Packages whose build is the same: the same recipe under the same clock by the same builder. */
export function groupByBuild(targets: readonly Target[]): Target[][] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const key = buildKey(target.claim);
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  return [...groups.values()];
}

function buildKey({ recipeSha256, architecture, traits }: Claim): Sha256 {
  const { melange, clock, namespace } = traits;
  return sha256(
    Buffer.from(canonicalJson([recipeSha256, architecture, melange.version, clock ?? null, namespace])),
  );
}

/** Finds and pins the inputs of a build. Fails with the reason why they are not to be had. */
export async function prepare(
  targets: readonly Target[],
  repositories: OpenedRepositories,
  options: RunOptions,
): Promise<Prepared> {
  const { claim } = targets[0]!;
  const { inputs } = options.machine;
  const format = formatOfTraits(claim.traits);
  const network = options.network ?? false;
  if (!network) requireNoNetwork(claim.recipe, format);
  const { guest, environment: substituted, ...noticed } = await prepareGuest(claim, repositories, options);
  const { requests, unpinned } = requestedSources(
    claim.recipe,
    format,
    options.allowUnpinnedSources ?? false,
  );
  const found = await findSources(
    requests,
    { caches: options.sourceCaches, mirrors: options.sourceMirrors },
    inputs,
  );
  const sources = found.map(({ source }) => source);
  const origin = await recipeOrigin(claim, options);
  const sourceDirectory = options.sourceDirectory ?? origin.folder;
  const files = sourceDirectory === undefined ? undefined : listSourceFiles(sourceDirectory);
  const environment = plannedEnvironment(guest);
  const inferDeflate = await deflateInference(targets);
  const inferRecords = await recordInference(targets);
  const scans = await plannedScans(targets, options.machine);
  const planUnder = (melange: RecognisedVersion, tried: readonly Version[]): readonly Plan[] => {
    const under = targets.map((each) => ({ ...each, claim: claimUnder(melange, each) }));
    const sbomRecords = inferRecords(under);
    return under.map(({ claim: own, apk }, index) => {
      const sbomRecord = sbomRecords[index];
      const deflate = inferDeflate(apk, formatOfTraits(own.traits).deflate);
      const pinned = { environment, sources, recipeFiles: files ?? [] };
      return makePlan(own, { deflate, sbomRecord, scan: scans[index], tried, ...pinned });
    });
  };
  const plans = planUnder(claim.traits.melange, []);
  requireExpected(plans[0]!, options);
  return {
    recipe: claim.recipe,
    plans,
    planUnder,
    guest,
    substituted,
    network,
    sources: found,
    findings: [
      ...noticed.findings,
      ...origin.findings,
      ...unpinned.map((detail) => ({ kind: 'source-unpinned' as const, detail })),
      ...(guest.kind === 'recorded' ? environmentFindings(claim.traits.clock, guest.packages) : []),
    ],
    caveats: guest.kind === 'recorded' ? environmentCaveats(guest.packages) : [],
    sourceFiles: files === undefined ? undefined : { directory: sourceDirectory!, files },
  };
}

function claimUnder(melange: RecognisedVersion, { claim, apk }: Target): Claim {
  return { ...claim, traits: traitsUnder(melange, claim.traits, apk) };
}

/** Loaded where production's generator was at work: no other leaves such records. */
async function recordInference(targets: readonly Target[]): Promise<typeof InferRecords> {
  if (targets.every(({ claim }) => claim.traits.sbomGenerator !== 'production')) return () => [];
  return (await import('../emit/sbom/production/infer.ts')).inferRecords;
}

/** What lies beside the recipe is vouched for by nothing else. */
function requireExpected(plan: Plan, { expectedPlan }: RunOptions): void {
  const identity = planIdentity(plan);
  if (expectedPlan === undefined || identity === expectedPlan) return;
  throw new Failure(
    'bundle-invalid',
    'the bundle was made for another plan than the one that its inputs give',
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

/** The recipe in the repository that the user named: what lay beside it, and whether it is the one inside the package. */
async function recipeOrigin({ recipe, traits }: Claim, options: RunOptions): Promise<FoundOrigin> {
  const { recipeRepository, machine } = options;
  if (recipeRepository === undefined) return { folder: undefined, findings: [] };
  const { findRecipe } = await import('../inputs/recipe-repository.ts');
  const { compareWithSource, comparisonFinding } = await import('../claim/recipe-origin.ts');
  const { path, commit: recorded } = traits.recipeFile;
  const commit = recipe.package.commit === '' ? recorded : recipe.package.commit;
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

/** How each package is scanned; undefined for all where no program is named or none is needed. */
async function plannedScans(
  targets: readonly Target[],
  { syft = [], inputs }: RunOptions['machine'],
): Promise<(PlannedScan | undefined)[]> {
  const programs: Sha256[] = [];
  for (const path of syft) {
    const digest = await inputs.hash(path);
    if (digest === undefined) throw new Failure('usage', `${path} is no file`);
    programs.push(digest);
  }
  const isProduction = ({ claim }: Target) => claim.traits.sbomGenerator === 'production';
  if (programs.length === 0 || !targets.some(isProduction)) return targets.map(() => undefined);
  const { publishedScan } = await import('../emit/sbom/production/published.ts');
  return targets.map(({ apk }) => ({ programs, found: publishedScan(apk) }));
}

interface PreparedGuest {
  readonly guest: GuestRequest;
  /** Undefined where the environment is the recorded one. */
  readonly environment: SubstitutedEnvironment | undefined;
  readonly findings: readonly ClaimFinding[];
}

async function prepareGuest(
  claim: Claim,
  repositories: OpenedRepositories,
  options: RunOptions,
): Promise<PreparedGuest> {
  const { environment, machine } = options;
  const { recipe, architecture } = claim;
  if (environment.kind !== 'recorded' && environment.kind !== 'nearest') {
    const { prepareSubstitute } = await import('./substitute.ts');
    return { ...(await prepareSubstitute(environment, claim, machine)), findings: [] };
  }
  const found = await environmentPlaces(recipe, architecture, repositories, options);
  const access = environmentAccess(machine.inputs, found.keys, architecture);
  const search = { ...found, architecture, access, allowUnsigned: options.allowUnsigned };
  const find = environment.kind === 'nearest' ? findNearest : findExact;
  const { packages, refused } = await resolveEnvironment(recordedPackages(recipe), search, find);
  return {
    guest: { kind: 'recorded', packages },
    environment: nearestSubstitutes(packages),
    findings: [...found.findings, ...refusedFindings(refused)],
  };
}
