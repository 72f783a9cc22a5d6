/**
 * The plan of a rebuild: the claim with every input pinned by digest. Canonical JSON; its SHA-256 is the plan's identity, so it
 * holds no path of a machine and nothing that changes from run to run.
 */

import { canonicalJson } from '../canonical.ts';
import type { Claim } from '../claim/claim.ts';
import { namesCommit } from '../claim/contradictions.ts';
import { credibleNames, type Owner } from '../claim/traits/owner.ts';
import type { RecordTrait } from '../claim/traits/record-variant.ts';
import { formatOfTraits } from '../claim/traits/traits.ts';
import { type Sha256, sha256 } from '../digest.ts';
import type { DeflateEncoder } from '../melange/deflate-encoder.ts';
import { type Format, formatOf } from '../melange/format.ts';
import { formatVersion, parseRelease, type Version } from '../melange/version.ts';
import type { Architecture, KeyName, PackageName, PackageVersion } from '../names.ts';
import type { PlannedEnvironment } from './environment.ts';
import { type PlannedStep, plannedSteps } from './planned-steps.ts';
import { type PlannedSource, shownSource } from './requested-sources.ts';

export interface Plan {
  readonly schema: 'wolfi-repro/plan/1';
  readonly package: {
    readonly name: PackageName;
    readonly version: PackageVersion;
    readonly architecture: Architecture;
  };
  readonly origin: string;
  readonly recipe: { readonly sha256: Sha256; readonly size: number };
  readonly builder: PlannedBuilder;
  readonly environment: PlannedEnvironment;
  readonly sources: readonly PlannedSource[];
  /** The files beside the recipe that are copied into the workspace; undefined where no folder was given. */
  readonly recipeFiles: readonly { readonly path: string; readonly mode: number; readonly sha256: Sha256 }[];
  readonly steps: readonly PlannedStep[];
  /** What the steps reach; absent where that is nothing. */
  readonly network?: PlannedNetwork;
}

/** The machine's network, or the answers of a transcript: its digest, null while it is recorded. */
export type PlannedNetwork =
  | { readonly kind: 'host' }
  | { readonly kind: 'gateway'; readonly transcript: Sha256 | null };

/** The traits of the builder, as far as they decide bytes. */
export interface PlannedBuilder {
  /** The version whose rules are followed. */
  readonly melange: string;
  readonly melangeBasis: Claim['traits']['melange']['basis'];
  /**
   * Versions whose rules were tried in turn on what the steps left, which ran by the rules of the first; empty where the version
   * was printed, and before anything was built.
   */
  readonly melangeTried: readonly string[];
  readonly printedVersion: string;
  readonly sbomGenerator: Claim['traits']['sbomGenerator'];
  /** How production's generator recorded the package; null where it did not. */
  readonly sbomRecord: RecordTrait | null;
  /** The programs and kept scans that list the tree as production's scan did; null where none was given or none is needed. */
  readonly scan: PlannedScan | null;
  /** The encoder that wrote the sections; where several write the same, the expected one. */
  readonly deflate: DeflateEncoder;
  readonly directorySize: Claim['traits']['directorySize'];
  /** Blocks that ext4 gave large directories by chance; null where it gave the fewest. */
  readonly largeDirectories: NonNullable<Claim['traits']['largeDirectories']> | null;
  /** Seconds since 1970; null where the publisher gave no clock. */
  readonly clock: number | null;
  readonly zoneOffsetMinutes: number;
  readonly owner: Owner;
  readonly namespace: string;
  readonly recipeFile: Claim['traits']['recipeFile'];
  /**
   * Whether the recipe names a commit of its own, which `.PKGINFO` has, while the SBOM has that of the recipe's file: the latter is then
   * taken over from the SBOM. Where the recipe names none, melange writes the file's commit into both.
   */
  readonly recipeNamesCommit: boolean;
  readonly recipeLicense: string;
  readonly extractedOrder: readonly string[];
  readonly signature: { readonly algorithm: 'RSA' | 'RSA256'; readonly keyName: KeyName } | null;
  readonly versionedShlibDepends: boolean;
  /** Present only where the environment, which would give these values, is substituted. */
  readonly fromPublished: {
    readonly users: readonly (readonly [number, string])[];
    readonly groups: readonly (readonly [number, string])[];
    readonly osRelease: { readonly id: string; readonly versionId: string } | null;
  } | null;
}

export interface PlannedScan {
  /** Each syft that was given, in the order in which they are tried. */
  readonly programs: readonly Sha256[];
  /** Scans of the package that were made elsewhere and kept, in the order in which they are tried, behind the programs. */
  readonly kept: readonly PlannedKeptScan[];
  /**
   * A digest of what production's scan found (`digestFound`): it decides between the programs and kept scans, and no element can be recovered
   * from it.
   */
  readonly found: Sha256;
}

/** A kept scan, with what it says of itself. */
export interface PlannedKeptScan {
  /** Of its file. */
  readonly sha256: Sha256;
  /** Of the tree that was scanned; it is used for no other. */
  readonly tree: Sha256;
  /** Of the syft that is said to have made it. */
  readonly program: Sha256;
  /** As that program is said to call itself. */
  readonly version: string;
}

export interface PlanInputs {
  readonly tried: readonly Version[];
  readonly sbomRecord: RecordTrait | undefined;
  readonly scan: PlannedScan | undefined;
  readonly deflate: DeflateEncoder;
  readonly environment: PlannedEnvironment;
  readonly sources: readonly PlannedSource[];
  readonly recipeFiles: Plan['recipeFiles'];
  readonly network?: PlannedNetwork | undefined;
}

/** Joins a claim with its pinned inputs. */
export function makePlan(claim: Claim, inputs: PlanInputs): Plan {
  return {
    schema: 'wolfi-repro/plan/1',
    package: { name: claim.name, version: claim.version, architecture: claim.architecture },
    origin: claim.recipe.package.name,
    recipe: { sha256: claim.recipeSha256, size: claim.recipeBytes.length },
    builder: plannedBuilder(claim, inputs),
    environment: inputs.environment,
    sources: inputs.sources.map(shownSource),
    recipeFiles: inputs.recipeFiles,
    steps: plannedSteps(claim.recipe, formatOfTraits(claim.traits)),
    ...(inputs.network === undefined ? {} : { network: inputs.network }),
  };
}

function plannedBuilder(
  { traits, recipe }: Claim,
  { deflate, environment, sbomRecord, scan, tried }: PlanInputs,
): PlannedBuilder {
  const { commit } = recipe.package;
  const recordedCommit = traits.recipeFile.commit;
  return {
    melange: formatVersion(traits.melange.version),
    melangeBasis: traits.melange.basis,
    melangeTried: tried.map(formatVersion),
    printedVersion: traits.printedVersion,
    sbomGenerator: traits.sbomGenerator,
    sbomRecord: sbomRecord ?? null,
    scan: traits.sbomGenerator === 'production' ? (scan ?? null) : null,
    deflate,
    directorySize: traits.directorySize,
    largeDirectories: traits.largeDirectories ?? null,
    clock: traits.clock ?? null,
    zoneOffsetMinutes: traits.zoneOffsetMinutes,
    owner: traits.owner,
    namespace: traits.namespace,
    recipeFile: { ...traits.recipeFile, commit: recordedCommit || commit },
    recipeNamesCommit: namesCommit(recipe, recordedCommit),
    recipeLicense: traits.recipeLicense,
    extractedOrder: traits.extractedOrder,
    signature: traits.signature ?? null,
    versionedShlibDepends: traits.versionedShlibDepends,
    fromPublished:
      environment.kind === 'recorded' || environment.kind === 'nearest'
        ? null
        : takenOver({ traits, recipe }),
  };
}

/** The plan once its network is recorded. */
export function withTranscript(plan: Plan, transcript: Sha256): Plan {
  return { ...plan, network: { kind: 'gateway', transcript } };
}

/** A plan for what the steps of another left: they ran once, and what they fetched was recorded with that one. */
export function withNetworkOf({ network }: Plan, plan: Plan): Plan {
  return network === undefined ? plan : { ...plan, network };
}

/** The plan with a different encoder. */
export function withEncoder(plan: Plan, deflate: DeflateEncoder): Plan {
  return { ...plan, builder: { ...plan.builder, deflate } };
}

/**
 * The plan of a different package of the same build, of which no published file is at hand: what each package has for itself is assumed to be as in this one, but
 * for what only its own file could show.
 */
export function siblingPlan(plan: Plan, name: PackageName): Plan {
  return {
    ...plan,
    package: { ...plan.package, name },
    builder: { ...plan.builder, scan: null, largeDirectories: null, signature: null },
  };
}

/** The traits that each package of a build has for itself. None of them reaches a step; they are used when the package is emitted and compared. */
type OwnTrait =
  | 'sbomRecord'
  | 'scan'
  | 'deflate'
  | 'directorySize'
  | 'owner'
  | 'extractedOrder'
  | 'signature'
  | 'versionedShlibDepends'
  | 'fromPublished';

/** A plan without what belongs to one package: what the steps see, and what must be equal for packages to share a build. */
export interface BuildPlan extends Omit<Plan, 'package' | 'builder'> {
  readonly package: Omit<Plan['package'], 'name'>;
  readonly builder: Omit<PlannedBuilder, OwnTrait>;
}

/** The build's part of a plan. Everything that is not removed here keeps builds apart, so a new member of a plan does as well until it is added here. */
function buildPlan(plan: Plan): BuildPlan {
  const { name: _name, ...common } = plan.package;
  const {
    sbomRecord: _sbomRecord,
    scan: _scan,
    deflate: _deflate,
    directorySize: _directorySize,
    owner: _owner,
    extractedOrder: _extractedOrder,
    signature: _signature,
    versionedShlibDepends: _versionedShlibDepends,
    fromPublished: _fromPublished,
    ...builder
  } = plan.builder;
  return { ...plan, package: common, builder };
}

/** What the plans of one build have in common. Fails where there is none: nothing is built for nobody. */
export function sharedPlan([plan]: readonly Plan[]): BuildPlan {
  if (plan === undefined) throw new RangeError('a build without a plan');
  return buildPlan(plan);
}

/** Equal for two plans whose steps may run once for both. */
export function buildIdentity(plan: Plan): Sha256 {
  return sha256(Buffer.from(canonicalJson(buildPlan(plan))));
}

/** The switches by which packages are emitted. */
export function emissionFormat({ builder }: Pick<BuildPlan, 'builder'>): Format {
  return formatOf(parseRelease(builder.melange)!);
}

/** The switches by which the steps run. */
export function stepFormat({ builder }: Pick<BuildPlan, 'builder'>): Format {
  return formatOf(parseRelease(builder.melangeTried[0] ?? builder.melange)!);
}

function takenOver({ traits, recipe }: Pick<Claim, 'traits' | 'recipe'>): PlannedBuilder['fromPublished'] {
  const { users, groups } = recipe.environment.accounts;
  const byId = (names: ReadonlyMap<number, string>) => [...names].sort(([a], [b]) => a - b);
  return {
    users: byId(
      credibleNames(
        traits.ownerNames.users,
        users.map(({ uid, username }) => ({ id: uid, name: username })),
      ),
    ),
    groups: byId(
      credibleNames(
        traits.ownerNames.groups,
        groups.map(({ gid, groupname }) => ({ id: gid, name: groupname })),
      ),
    ),
    osRelease: traits.osRelease ?? null,
  };
}

/** The plan's identity: the SHA-256 of its canonical JSON. */
export function planIdentity(plan: Plan): Sha256 {
  return sha256(Buffer.from(canonicalJson(plan)));
}
