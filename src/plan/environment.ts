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
import { packageLocation } from '../repository/repository.ts';
import type { EnvironmentPlace, PackageFacts, Wanted } from './environment-place.ts';
import { type Voucher, vouch } from './voucher.ts';

export type PlannedEnvironment =
  | { readonly kind: 'recorded'; readonly packages: readonly LockedPackage[] }
  | { readonly kind: 'nearest'; readonly packages: readonly LockedPackage[] }
  | { readonly kind: 'host' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'image'; readonly manifest: Sha256 };

/** A package of the lock. It names no place: the plan must have the same identity wherever the packages come from. */
export interface LockedPackage {
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly sha256: Sha256;
  /** `Q1`: SHA-1 of the control section. */
  readonly checksum: string;
}

/**
 * How a package was found: in a signed index that the user named, in a fallback's, in one that the recipe records; as a file
 * of a repository that lists it no longer; in the store of this machine; in a bundle.
 */
export type FoundIn = 'index' | 'fallback' | 'recorded' | 'unlisted' | 'store' | 'bundle';

/** A locked package with what is needed to install it. */
export interface ResolvedPackage {
  readonly locked: LockedPackage;
  /** The recorded package that was asked for. */
  readonly asked: Wanted;
  readonly facts: PackageFacts;
  readonly foundIn: FoundIn;
  /** The repository as it was named; empty for the store, unless an index lists what lies there. */
  readonly repository: string;
  readonly voucher: Voucher;
}

export interface EnvironmentAccess {
  /**
   * Facts of a package file by location; undefined where there is none. With checksums the file must have one of them: fails with
   * `environment-invalid` if it does not.
   */
  facts(
    location: string,
    place: EnvironmentPlace,
    checksums: readonly string[],
  ): Promise<PackageFacts | undefined>;
  /** Facts of the files that earlier runs had under this name and are still on this machine; nothing vouches for them yet. */
  stored(
    name: PackageName,
    version: PackageVersion,
    architecture: Architecture,
  ): Promise<readonly PackageFacts[]>;
}

/** Where packages are looked for. */
export interface Search {
  readonly architecture: Architecture;
  readonly places: readonly EnvironmentPlace[];
  readonly access: EnvironmentAccess;
  /** Why other places could not be asked, or cannot be used. */
  readonly refusals: readonly Failure[];
  /** Take what no key vouches for where there is nothing else. */
  readonly allowUnsigned: boolean;
}

/** Finds one package; what could not be asked goes to `onRefusal`. */
export type FindPackage = (
  wanted: Wanted,
  search: Search,
  onRefusal: (failure: Failure) => void,
) => Promise<ResolvedPackage | undefined>;

export interface ResolvedEnvironment {
  readonly packages: readonly ResolvedPackage[];
  /** Files that were refused although a different one was found in their place. */
  readonly refused: readonly Failure[];
}

/**
 * Finds every recorded package: in the indexes of the places in their order, then as files that no index lists, then in the
 * store. Fails with `environment-unavailable`, and with `environment-invalid` where something was there and could not be used, naming
 * everything that is missing and that was tried, not just the first.
 */
export async function resolveEnvironment(
  wanted: readonly Wanted[],
  search: Search,
  find: FindPackage = findExact,
): Promise<ResolvedEnvironment> {
  const refusals = [...search.refusals];
  const found = await Promise.all(
    wanted.map((each) => find(each, search, (failure) => void refusals.push(failure))),
  );
  const missing = wanted.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) throw unavailable(missing, wanted.length, refusals);
  const packages = found
    .filter((each) => each !== undefined)
    .sort((a, b) => compareBytes(a.locked.name, b.locked.name));
  const refused = refusals.slice(search.refusals.length).filter(({ code }) => code === 'environment-invalid');
  return { packages, refused };
}

function unavailable(missing: readonly Wanted[], all: number, refusals: readonly Failure[]): Failure {
  const tried = describeTried(refusals);
  const isInvalid = refusals.some(({ code }) => code === 'environment-invalid');
  const hint = refusals.find((each) => each.hint !== undefined)?.hint;
  return new Failure(
    isInvalid ? 'environment-invalid' : 'environment-unavailable',
    `${missing.length} of ${all} packages of the recorded environment cannot be found`,
    {
      expected: missing.map(({ name, version }) => `${name}=${version}`).join(' '),
      ...(tried === undefined ? {} : { got: tried, cause: refusals[0] }),
      hint: isInvalid
        ? (hint ??
          'give the key that vouches for them with --key, another repository, or accept them with --allow-unsigned')
        : 'name a repository that has them with --repository, or substitute the environment with --environment nearest|host|DIR|IMAGE',
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

/** The locked packages, for an environment that replaces them: those that are not locked are skipped. */
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

/** Finds exactly the version that was asked for, and only if a key of this run vouches for it, or the user accepts that none does. */
export const findExact: FindPackage = async (wanted, search, onRefusal) => {
  const unvouched: ResolvedPackage[] = [];
  for await (const { facts, place, foundIn } of candidates(wanted, search, onRefusal)) {
    const by = vouch({ ...wanted, architecture: search.architecture }, facts, place, search.allowUnsigned);
    const repository = place?.repository.location ?? '';
    if (by === undefined) onRefusal(notVouched(facts, repository));
    else {
      const { name, version, sha256, checksum } = facts;
      const locked = { name, version, sha256, checksum };
      const found = { locked, asked: wanted, facts, foundIn, repository, voucher: by };
      // An index that the user accepts unsigned settles where the package is; a file that no index lists is used only if no key vouches for another.
      if (by.by !== 'nobody' || isListed(foundIn)) return found;
      unvouched.push(found);
    }
  }
  return unvouched[0];
};

interface Candidate {
  readonly facts: PackageFacts;
  /** The place whose index may list it. */
  readonly place: EnvironmentPlace | undefined;
  readonly foundIn: FoundIn;
}

/** Files that may be the package, in the order in which they are looked for. */
async function* candidates(
  wanted: Wanted,
  { architecture, places, access }: Search,
  onRefusal: (failure: Failure) => void,
): AsyncGenerator<Candidate> {
  const checksumsOf = ({ repository }: EnvironmentPlace) =>
    repository.records.of(`${wanted.name}=${wanted.version}`).map(({ checksum }) => checksum);
  const listing = places.filter((place) => checksumsOf(place).length > 0);
  const look = (place: EnvironmentPlace, checksums: readonly string[]) => {
    const location = packageLocation(place.repository.location, wanted, architecture);
    return tolerant(() => access.facts(location, place, checksums), onRefusal);
  };
  for (const place of listing) {
    const facts = await look(place, checksumsOf(place));
    if (facts !== undefined) yield { facts, place, foundIn: place.foundIn };
  }
  for (const place of places.filter((each) => !listing.includes(each))) {
    const facts = await look(place, []);
    if (facts !== undefined) yield { facts, place, foundIn: 'unlisted' };
  }
  for (const facts of await access.stored(wanted.name, wanted.version, architecture)) {
    const place = listing.find((each) => checksumsOf(each).includes(facts.checksum));
    yield { facts, place, foundIn: 'store' };
  }
}

function isListed(foundIn: FoundIn): boolean {
  return foundIn === 'index' || foundIn === 'fallback' || foundIn === 'recorded';
}

function notVouched({ name, version, signature }: PackageFacts, repository: string): Failure {
  const where = repository === '' ? 'the store of this machine' : repository;
  const why = signature.kind === 'unsigned' ? 'unsigned' : `${signature.kind} ${signature.keyName}`;
  return new Failure(
    'environment-invalid',
    `no given key vouches for ${name}=${version} in ${where}, and no signed index there lists it (${why})`,
  );
}

/** Tries a place: one that is gone, or that has something else, is left out and does not end the search. */
async function tolerant(
  read: () => Promise<PackageFacts | undefined>,
  onRefusal: (failure: Failure) => void,
): Promise<PackageFacts | undefined> {
  try {
    return await read();
  } catch (failure) {
    const isTolerated =
      isUnreached(failure) || (failure instanceof Failure && failure.code === 'environment-invalid');
    if (!isTolerated) throw failure;
    onRefusal(failure);
    return undefined;
  }
}
