/**
 * Git repositories for steps, from servers over http(s) and from folders, fetched into bare repositories that this program makes
 * and that hold only what the steps will ask for. Nothing is checked out.
 */

import { renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { shownAddress } from '../../address.ts';
import { canonicalJson } from '../../canonical.ts';
import { sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { ownFolder } from '../../folders.ts';
import { type Provenance, parseAddress, pinnedResolution } from '../network/addresses.ts';
import { ownedName, sweepAbandoned } from '../store/temporary-names.ts';
import { explainMissing, openForeign } from './foreign-repository.ts';
import { type FetchContext, fetchInto } from './git-fetch.ts';
import type { Located } from './git-location.ts';
import {
  type Git,
  type GitCaller,
  gitVersion,
  openGit,
  type ServerRemote,
  takesResolution,
} from './git-program.ts';
import type { GitWanted } from './git-wanted.ts';
import { requireCommit } from './git-wanted.ts';
import { type OwnRepository, reopenRepository, touchRepository } from './own-repository.ts';

export interface GitAccess extends GitCaller {
  readonly folder: string;
  /** Follows redirects under the address policy and returns where the repository really is. */
  readonly locate: (address: string, provenance: Provenance) => Promise<Located | undefined>;
}

export interface FetchedRepository {
  readonly path: OwnRepository;
  /** The commit of each request, in their order. */
  readonly commits: readonly string[];
}

/**
 * Fetches a repository with everything that several steps want of it, or gives the kept one where it was fetched before. Undefined where there is
 * no repository. Fails with `source-mismatch` where a tag is not the pinned commit, and with `unreachable`.
 */
export async function fetchRepository(
  address: string,
  provenance: Provenance,
  wanted: readonly GitWanted[],
  access: GitAccess,
): Promise<FetchedRepository | undefined> {
  const { network } = access;
  const git = openGit(access);
  const kept = keptPath(access, [address, wanted]);
  if (wanted.every(isPinned) || network.policy.offline) {
    const found = await reopen(git, kept, wanted, shownAddress(address));
    if (found !== undefined) return found;
  }
  const located = await access.locate(address, provenance);
  if (located === undefined) return undefined;
  const resolution = await requireResolution(located, access);
  const remote: ServerRemote = {
    kind: 'server',
    address: located.address,
    resolution,
    authorization: located.authorization,
  };
  const context = { ...access, git, remote, shown: shownAddress(address), shallow: false };
  return fetchAndKeep(kept, wanted, context, access.folder);
}

/**
 * Does the same with a repository in a folder, which is read as data. Undefined where the folder holds none. Fails as
 * `fetchRepository` does, and with `unreachable` for one that cannot be read in this way.
 */
export async function importRepository(
  folder: string,
  wanted: readonly GitWanted[],
  access: GitCaller & Pick<GitAccess, 'folder'>,
): Promise<FetchedRepository | undefined> {
  const git = openGit(access);
  ownFolder(access.folder);
  const aside = join(access.folder, ownedName());
  try {
    const foreign = await openForeign(folder, aside);
    if (foreign === undefined) return undefined;
    const { repository, state, shallow } = foreign;
    const kept = keptPath(access, ['folder', resolve(folder), state, wanted]);
    if (wanted.every(isPinned)) {
      const found = await reopen(git, kept, wanted, folder);
      if (found !== undefined) return found;
    }
    const remote = { kind: 'local', address: repository } as const;
    const context = { ...access, git, remote, shown: folder, shallow };
    return await fetchAndKeep(kept, wanted, context, access.folder).catch((failure: unknown) => {
      throw withReason(failure, folder);
    });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function withReason(failure: unknown, folder: string): unknown {
  const why = explainMissing(folder);
  if (why === undefined || !(failure instanceof Failure) || failure.code !== 'unreachable') return failure;
  return new Failure('unreachable', `${failure.message}: ${why}`);
}

function isPinned({ commit }: GitWanted): boolean {
  return commit !== '';
}

function keptPath({ folder }: Pick<GitAccess, 'folder'>, key: unknown): string {
  ownFolder(folder);
  sweepAbandoned(folder);
  return join(folder, sha256(Buffer.from(canonicalJson(key))));
}

async function reopen(
  git: Git,
  kept: string,
  wanted: readonly GitWanted[],
  shown: string,
): Promise<FetchedRepository | undefined> {
  const path = reopenRepository(kept, 'served');
  if (path === undefined) return undefined;
  touchRepository(path);
  return { path, commits: await Promise.all(wanted.map((each) => requireCommit(git, path, each, shown))) };
}

async function fetchAndKeep(
  kept: string,
  wanted: readonly GitWanted[],
  context: FetchContext,
  folder: string,
): Promise<FetchedRepository> {
  const aside = join(folder, ownedName());
  try {
    const commits = await fetchInto(aside, wanted, context);
    rmSync(kept, { recursive: true, force: true });
    renameSync(aside, kept);
    return { path: reopenRepository(kept, 'served')!, commits };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * The resolution that binds git's connection to the addresses that were approved. Fails with `address-refused` for an address that is private
 * now, and where git cannot be bound (`http.curloptResolve`, git-config(1), since 2.37.0).
 */
async function requireResolution(
  { address, trust }: Located,
  { network: { policy, resolve: lookUp }, signal }: GitAccess,
): Promise<string | undefined> {
  const resolution = await pinnedResolution(parseAddress(address), trust, policy, lookUp);
  if (resolution === undefined) return undefined;
  const version = await gitVersion(signal);
  if (takesResolution(version)) return resolution;
  throw new Failure('address-refused', `${shownAddress(address)} is not contacted: git is too old for it`, {
    expected: 'git 2.37.0 or later, which can be bound to the addresses that were approved',
    got: version.trim(),
    hint: 'install a later git, or name the repository yourself with --source-mirror PREFIX=URL|DIR',
  });
}
