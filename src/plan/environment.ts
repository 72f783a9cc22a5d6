/** The environment lock: the recorded `name=version` list, each package with its digests and where it was found. */
import { compareBytes } from '../bytes.ts';
import type { Recipe } from '../claim/recipe/recipe.ts';
import type { Sha256 } from '../digest.ts';
import { describeTried, Failure, isUnreached } from '../failure.ts';
import {
  type Architecture,
  type PackageName,
  type PackageVersion,
  parsePackageName,
  parsePackageVersion,
} from '../names.ts';
import type { SignatureState } from '../repository/keyring.ts';
import { packageLocation, type Repository } from '../repository/repository.ts';

export type PlannedEnvironment =
  | { readonly kind: 'recorded'; readonly packages: readonly LockedPackage[] }
  | { readonly kind: 'nearest'; readonly packages: readonly LockedPackage[] }
  | { readonly kind: 'host' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'image'; readonly manifest: Sha256 };

/** No place is part of it: the plan must have the same identity wherever the packages come from. */
export interface LockedPackage {
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly sha256: Sha256;
  /** `Q1`: SHA-1 of the control section. */
  readonly checksum: string;
}

/** What a package file says of itself, read without its data. */
export interface PackageFacts {
  readonly name: PackageName;
  readonly version: PackageVersion;
  /** Where the file is on this machine. */
  readonly path: string;
  readonly sha256: Sha256;
  readonly checksum: string;
  readonly controlSha256: Sha256;
  /** As `.PKGINFO` records it; unpacking holds the data against it. */
  readonly dataSha256: string;
  /** Seconds since 1970; undefined where the package has no build date. */
  readonly buildDate: number | undefined;
  readonly signature: SignatureState;
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
}

/**
 * How a package was found: in a signed index that the user named, in a fallback's, in one that the recipe records; as a file
 * of a repository that lists it no longer; in the store of this machine; in a bundle.
 */
export type FoundIn = 'index' | 'fallback' | 'recorded' | 'unlisted' | 'store' | 'bundle';

/** A locked package with what is needed to install it. */
export interface ResolvedPackage {
  readonly locked: LockedPackage;
  /** What was asked for, where the environment is substituted. */
  readonly asked: Wanted;
  readonly facts: PackageFacts;
  readonly foundIn: FoundIn;
  /** The repository as it was named; empty for the store. */
  readonly repository: string;
  /** The key that vouches for it by its index; undefined where none does. */
  readonly indexKey: string | undefined;
}

/** A repository to look in. */
export interface EnvironmentPlace {
  readonly repository: Repository;
  readonly foundIn: 'index' | 'fallback' | 'recorded';
}

export interface EnvironmentAccess {
  /**
   * Facts of a package file by location; undefined where there is none. With a checksum the file must have it: fails with
   * `environment-invalid` if it does not.
   */
  facts(
    location: string,
    place: EnvironmentPlace,
    checksum: string | undefined,
  ): Promise<PackageFacts | undefined>;
  /** Facts of a package that was locked before and is still on this machine. */
  stored(
    name: PackageName,
    version: PackageVersion,
    architecture: Architecture,
  ): Promise<PackageFacts | undefined>;
}

export interface Wanted {
  readonly name: PackageName;
  readonly version: PackageVersion;
}

/** Where packages are looked for. */
export interface Search {
  readonly architecture: Architecture;
  readonly places: readonly EnvironmentPlace[];
  readonly access: EnvironmentAccess;
  /** Why other places could not be asked. */
  readonly refusals: readonly Failure[];
}

/** Finds one package; what could not be asked goes to `onRefusal`. */
export type FindPackage = (
  wanted: Wanted,
  search: Search,
  onRefusal: (failure: Failure) => void,
) => Promise<ResolvedPackage | undefined>;

/**
 * Finds every recorded package: in the indexes of the places in their order, then as files that no index lists, then in the
 * store. Fails with `environment-unavailable`, naming all that is missing and all that was tried, not just the first.
 */
export async function resolveEnvironment(
  wanted: readonly Wanted[],
  search: Search,
  find: FindPackage = findExact,
): Promise<ResolvedPackage[]> {
  const refusals = [...search.refusals];
  const found = await Promise.all(
    wanted.map((each) => find(each, search, (failure) => void refusals.push(failure))),
  );
  const missing = wanted.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) throw unavailable(missing, wanted.length, refusals);
  return found
    .filter((each) => each !== undefined)
    .sort((a, b) => compareBytes(a.locked.name, b.locked.name));
}

function unavailable(missing: readonly Wanted[], all: number, refusals: readonly Failure[]): Failure {
  const tried = describeTried(refusals);
  return new Failure(
    'environment-unavailable',
    `${missing.length} of ${all} packages of the recorded environment are not to be had`,
    {
      expected: missing.map(({ name, version }) => `${name}=${version}`).join(' '),
      ...(tried === undefined ? {} : { got: tried, cause: refusals[0] }),
      hint: 'name a repository that has them with --repository, or substitute the environment with --environment nearest|host|DIR|IMAGE',
    },
  );
}

/** The packages that a recipe records. Fails with `recipe-unreadable` where they are not locked. */
export function recordedPackages(recipe: Recipe): Wanted[] {
  return recipe.environment.contents.packages.map((text) => {
    const wanted = parseLocked(text);
    if (wanted !== undefined) return wanted;
    throw new Failure('recipe-unreadable', 'the recorded environment is not locked to versions', {
      got: text,
    });
  });
}

/** The same for an environment that stands in for them: those that are not locked are passed over. */
export function lockedPackages(recipe: Recipe): Wanted[] {
  return recipe.environment.contents.packages.flatMap((text) => parseLocked(text) ?? []);
}

/** `name=version`, perhaps with `@pin` behind. */
function parseLocked(text: string): Wanted | undefined {
  const [, named = '', versioned = ''] = /^([^=]*)=([^@]*)(?:@[\w.-]+)?$/.exec(text) ?? [];
  const name = parsePackageName(named);
  const version = parsePackageVersion(versioned);
  return name === undefined || version === undefined ? undefined : { name, version };
}

/** The version that was asked for and no other. */
export const findExact: FindPackage = async (wanted, { architecture, places, access }, onRefusal) => {
  for (const place of places) {
    const record = place.repository.records.get(`${wanted.name}=${wanted.version}`);
    if (record === undefined) continue;
    const location = packageLocation(place.repository.location, wanted, architecture);
    const facts = await reached(() => access.facts(location, place, record.checksum), onRefusal);
    if (facts !== undefined) return resolved(wanted, facts, place, place.foundIn);
  }
  for (const place of places) {
    const location = packageLocation(place.repository.location, wanted, architecture);
    const facts = await reached(() => access.facts(location, place, undefined), onRefusal);
    if (facts?.name === wanted.name && facts.version === wanted.version)
      return resolved(wanted, facts, place, 'unlisted');
  }
  const facts = await access.stored(wanted.name, wanted.version, architecture);
  return facts === undefined ? undefined : resolved(wanted, facts, undefined, 'store');
};

/** A server that is gone is one place less, not the end. */
async function reached(
  read: () => Promise<PackageFacts | undefined>,
  onRefusal: (failure: Failure) => void,
): Promise<PackageFacts | undefined> {
  try {
    return await read();
  } catch (failure) {
    if (!isUnreached(failure)) throw failure;
    onRefusal(failure);
    return undefined;
  }
}

function resolved(
  asked: Wanted,
  facts: PackageFacts,
  place: EnvironmentPlace | undefined,
  foundIn: FoundIn,
): ResolvedPackage {
  const { name, version, sha256, checksum } = facts;
  const signature = place?.repository.signature;
  const listed = foundIn === 'index' || foundIn === 'fallback' || foundIn === 'recorded';
  return {
    locked: { name, version, sha256, checksum },
    asked,
    facts,
    foundIn,
    repository: place?.repository.location ?? '',
    indexKey: listed && signature?.kind === 'valid' ? signature.keyName : undefined,
  };
}
