/** The repositories that `git-checkout` steps ask for, with their submodules, nested ones included. */
import { shownAddress } from '../address.ts';
import { canonicalJson } from '../canonical.ts';
import { Failure, isUnreached } from '../failure.ts';
import { addTo } from '../lists.ts';
import type { GitRequest, GitSource, SourceRequest } from '../plan/requested-sources.ts';
import type { FetchedRepository } from './git/git.ts';
import { listSubmodules } from './git/git-submodules.ts';
import type { GitWanted } from './git/git-wanted.ts';
import type { OwnRepository } from './git/own-repository.ts';
import type { Inputs } from './inputs.ts';
import type { Provenance } from './network/addresses.ts';
import { firstFound, mirrored, type SourceMirror } from './network/mirrors.ts';
import { isAddress } from './store/files.ts';

export type RepositoryRequest = Extract<SourceRequest, { git: unknown }>;

export interface FoundRepository {
  readonly kind: 'git';
  readonly source: GitSource;
  readonly repository: OwnRepository;
  /** Bare repositories of submodules, by the address that the steps will ask for. */
  readonly submodules?: readonly { readonly address: string; readonly repository: OwnRepository }[];
}

/**
 * Finds repositories by request. Steps and submodules that name one address share one repository, which has what all of them
 * want: git asks only by address. A missing one that cannot be fetched is left out. Fails with `source-mismatch`,
 * and with `unsupported` where submodules are nested without end.
 */
export async function findRepositories(
  requests: readonly RepositoryRequest[],
  mirrors: readonly SourceMirror[],
  inputs: Inputs,
  onRefusal: (failure: Failure) => void,
): Promise<Map<RepositoryRequest, FoundRepository>> {
  const shared = new SharedRepositories(mirrors, inputs, onRefusal);
  const wishes = requests.map(({ source, git }) =>
    shared.want(source.repository, { commit: source.commit, request: git }),
  );
  await Promise.all(wishes.map(({ address }) => shared.fetch(address)));
  const complete: { request: RepositoryRequest; commit: string; modules: readonly string[] }[] = [];
  for (const [index, request] of requests.entries()) {
    const commit = await shared.commitOf(wishes[index]!);
    if (commit === undefined) continue;
    const modules = request.git.submodules
      ? await fetchSubmodules(request.source.repository, commit, shared, inputs).catch(
          unlessUnreached(onRefusal),
        )
      : [];
    if (modules !== undefined) complete.push({ request, commit, modules });
  }
  // Paths are looked up last: a submodule may have caused an address to be fetched again.
  const found = new Map<RepositoryRequest, FoundRepository>();
  for (const { request, commit, modules } of complete) {
    const submodules = await Promise.all(
      modules.map(async (address) => ({ address, repository: (await shared.fetch(address))!.path })),
    );
    const { path } = (await shared.fetch(request.source.repository))!;
    found.set(request, { kind: 'git', source: { ...request.source, commit }, repository: path, submodules });
  }
  return found;
}

function unlessUnreached(onRefusal: (failure: Failure) => void): (failure: unknown) => undefined {
  return (failure) => {
    if (!isUnreached(failure)) throw failure;
    onRefusal(failure);
    return undefined;
  };
}

/** The request of one step or submodule to an address. */
interface Wish {
  readonly address: string;
  readonly index: number;
}

/** Repositories by address; one is fetched again where more of it is wanted. */
class SharedRepositories {
  readonly #wanted = new Map<string, GitWanted[]>();
  readonly #indexes = new Map<string, number>();
  readonly #fetched = new Map<string, Promise<FetchedRepository | undefined>>();
  readonly #mirrors: readonly SourceMirror[];
  readonly #inputs: Inputs;
  readonly #onRefusal: (failure: Failure) => void;

  constructor(mirrors: readonly SourceMirror[], inputs: Inputs, onRefusal: (failure: Failure) => void) {
    this.#mirrors = mirrors;
    this.#inputs = inputs;
    this.#onRefusal = onRefusal;
  }

  get size(): number {
    return this.#wanted.size;
  }

  want(address: string, wanted: GitWanted): Wish {
    const index = this.#wanted.get(address)?.length ?? 0;
    const key = canonicalJson([address, wanted]);
    const known = this.#indexes.get(key);
    if (known !== undefined) return { address, index: known };
    this.#indexes.set(key, index);
    addTo(this.#wanted, address, wanted);
    this.#fetched.delete(address);
    return { address, index };
  }

  fetch(address: string): Promise<FetchedRepository | undefined> {
    const fetching =
      this.#fetched.get(address) ??
      fetchFrom(address, this.#mirrors, [...this.#wanted.get(address)!], this.#inputs, this.#onRefusal);
    this.#fetched.set(address, fetching);
    return fetching;
  }

  /** A request without a pinned commit is pinned by the first answer. */
  async commitOf({ address, index }: Wish): Promise<string | undefined> {
    const commit = (await this.fetch(address))?.commits[index];
    const all = this.#wanted.get(address)!;
    if (commit !== undefined && all[index]!.commit === '') all[index] = { ...all[index]!, commit };
    return commit;
  }
}

/** Fetches from the first place that has the repository: folders and addresses that the user named, then the recorded address. */
async function fetchFrom(
  address: string,
  mirrors: readonly SourceMirror[],
  wanted: readonly GitWanted[],
  inputs: Inputs,
  onRefusal: (failure: Failure) => void,
): Promise<FetchedRepository | undefined> {
  const places: (readonly [string, Provenance])[] = [
    ...mirrors.flatMap((mirror) => mirrored(address, mirror) ?? []).map((each) => [each, 'named'] as const),
    [address, 'recorded'],
  ];
  const addresses = places.filter(([place]) => isAddress(place));
  const folders = places.filter(([place, provenance]) => provenance === 'named' && !isAddress(place));
  return firstFound([...folders, ...addresses], onRefusal, async ([place, provenance]) =>
    isAddress(place)
      ? inputs.repository(place, provenance, wanted)
      : ((await inputs.folderRepository(place, wanted)) ?? inputs.folderRepository(`${place}.git`, wanted)),
  );
}

const deepestSubmodules = 8;
const mostRepositories = 1000;
const submoduleRequest: GitRequest = {
  tag: '',
  branch: '',
  depth: undefined,
  submodules: true,
  takesTip: false,
  cherryPicks: [],
};

/** Fetches submodules, nested ones included, and returns the addresses that git will ask for: relative ones are resolved against the recorded address. */
async function fetchSubmodules(
  repository: string,
  commit: string,
  shared: SharedRepositories,
  inputs: Inputs,
): Promise<readonly string[]> {
  const addresses = new Set<string>();
  const visited = new Set<string>();
  const visit = async (from: string, at: string, depth: number): Promise<void> => {
    const { path } = (await shared.fetch(from))!;
    const modules = await listSubmodules(inputs.git(), path, at, from);
    if (modules.length > 0 && depth > deepestSubmodules)
      throw new Failure('unsupported', `submodules are nested deeper than ${deepestSubmodules} levels`);
    const fresh = modules.filter((each) => !visited.has(`${each.commit} ${each.address}`));
    for (const each of fresh) {
      visited.add(`${each.commit} ${each.address}`);
      addresses.add(each.address);
      shared.want(each.address, { commit: each.commit, request: submoduleRequest });
    }
    if (shared.size > mostRepositories)
      throw new Failure('unsupported', `a source has more than ${mostRepositories} submodules`);
    for (const { address } of fresh) {
      if ((await shared.fetch(address)) === undefined)
        throw new Failure('unreachable', `there is no repository at ${shownAddress(address)}`);
    }
    for (const each of fresh) await visit(each.address, each.commit, depth + 1);
  };
  await visit(repository, commit, 1);
  return [...addresses];
}
