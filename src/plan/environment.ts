/** The environment lock: the recorded `name=version` list, each package with its digest and where it was found. */
import { compareBytes } from '../bytes.ts';
import type { Recipe } from '../claim/recipe/recipe.ts';
import type { Sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { IndexRecord } from '../repository/apkindex.ts';
import { packageLocation, type Repository } from '../repository/repository.ts';

export type PlannedEnvironment =
  | { readonly kind: 'recorded'; readonly packages: readonly LockedPackage[] }
  | { readonly kind: 'host' }
  | { readonly kind: 'directory' };

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: Sha256;
  /** `Q1`: SHA-1 of the control section, from the signed index. */
  readonly checksum: string;
  /** The index that lists it, by digest, and the file's place in its repository. */
  readonly index: Sha256;
  readonly path: string;
}

/** A locked package with what is needed to install it. */
export interface ResolvedPackage {
  readonly locked: LockedPackage;
  readonly record: IndexRecord;
  /** Where the file can be read now. */
  readonly location: string;
}

/** Digest of a file by its location; undefined where it is not to be had. */
export type HashLocation = (location: string) => Promise<Sha256 | undefined>;

/**
 * Finds every recorded package in the given repositories, the first that has it winning. Fails with
 * `environment-unavailable`, naming all that is missing, not just the first.
 */
export async function resolveEnvironment(
  recipe: Recipe,
  architecture: string,
  repositories: readonly Repository[],
  hash: HashLocation,
): Promise<ResolvedPackage[]> {
  const wanted = recipe.environment.contents.packages.map(parseLocked);
  const found = await Promise.all(wanted.map((each) => find(each, architecture, repositories, hash)));
  const missing = wanted.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => `${name}=${version}`);
    throw new Failure(
      'environment-unavailable',
      `${missing.length} of ${wanted.length} packages of the recorded environment are not to be had`,
      {
        expected: names.join(' '),
        hint: 'name a repository that has them with --repository, or substitute the environment with --environment host|DIR',
      },
    );
  }
  return found
    .filter((each) => each !== undefined)
    .sort((a, b) => compareBytes(a.locked.name, b.locked.name));
}

interface Wanted {
  readonly name: string;
  readonly version: string;
}

/** `name=version`, perhaps with `@pin` behind. */
function parseLocked(text: string): Wanted {
  const match = /^([A-Za-z0-9][A-Za-z0-9+_.-]*)=([A-Za-z0-9][A-Za-z0-9+_.~-]*)(?:@[\w.-]+)?$/.exec(text);
  if (match === null) {
    throw new Failure('recipe-unreadable', 'the recorded environment is not locked to versions', {
      got: text,
    });
  }
  return { name: match[1]!, version: match[2]! };
}

async function find(
  { name, version }: Wanted,
  architecture: string,
  repositories: readonly Repository[],
  hash: HashLocation,
): Promise<ResolvedPackage | undefined> {
  for (const repository of repositories) {
    const record = repository.records.get(`${name}=${version}`);
    if (record === undefined) continue;
    const location = packageLocation(repository.location, record, architecture);
    const sha256 = await hash(location);
    if (sha256 === undefined) continue;
    const path = `${architecture}/${name}-${version}.apk`;
    const locked = { name, version, sha256, checksum: record.checksum, index: repository.indexSha256, path };
    return { locked, record, location };
  }
  return undefined;
}
