/** What steps will ask of a repository, fetched into a new one: references, commits, and no more history than they want. */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { largest } from '../../lists.ts';
import type { NetworkOptions } from '../network/network-options.ts';
import { type Again, withRetries } from '../network/retry.ts';
import { namesIn } from '../store/temporary-names.ts';
import { branchOf, settleBranches, settleCherryPick } from './git-branches.ts';
import { hasCommit } from './git-objects.ts';
import { type Git, GitError, type Remote } from './git-program.ts';
import { type GitWanted, requireCommit } from './git-wanted.ts';
import { makeRepository, type OwnRepository, tidyRepository } from './own-repository.ts';

export interface FetchContext {
  readonly git: Git;
  readonly remote: Remote;
  /** The name of the remote in messages. */
  readonly shown: string;
  /** Whether the remote itself lacks a part of the history. */
  readonly shallow: boolean;
  readonly network: NetworkOptions;
  readonly signal: AbortSignal;
}

const mostRepositoryBytes = 32 * 1024 ** 3;

/**
 * Fetches into a new repository at a path and returns the commit of each wish. git hashes every object that it fetches, and
 * accepts no incomplete history. Fails with `source-mismatch` where a tag is not the pinned commit, and with `unreachable`.
 */
export async function fetchInto(
  path: string,
  wanted: readonly GitWanted[],
  context: FetchContext,
): Promise<string[]> {
  const { git } = context;
  const into = makeRepository(path);
  const depths = wanted.map(({ request }) => request.depth);
  const depth = depths.every((each) => each !== undefined) ? largest(depths, 1) : undefined;
  const fetch = (refspecs: readonly string[]) => fetchBounded(into, refspecs, depth, context);
  const { head, branches } = await lookAhead(into, wanted, context);
  if (depth === undefined) await fetch(['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  else if (branches.length > 0) await fetch(branches.map((name) => `+refs/heads/${name}:refs/heads/${name}`));
  for (const each of wanted) await fetchWish(git, into, each, branchOf(each, head), fetch);
  await settleBranches(git, into, wanted, head);
  for (const pick of wanted.flatMap(({ request }) => request.cherryPicks)) {
    await settleCherryPick(git, into, pick, async (commit) => {
      if (!(await hasCommit(git, into, commit))) await fetch([commit]);
    });
  }
  await settleHead(git, into, head);
  const commits: string[] = [];
  for (const each of wanted) commits.push(await requireCommit(git, into, each, context.shown));
  tidyRepository(into);
  return commits;
}

async function fetchWish(
  git: Git,
  into: OwnRepository,
  { commit, request: { tag, branch } }: GitWanted,
  name: string,
  fetch: (refspecs: readonly string[]) => Promise<void>,
): Promise<void> {
  const byCommit = tag === '' && branch === '' && commit !== '';
  if (byCommit && (await hasCommit(git, into, commit))) return;
  if (tag !== '') return fetch([`+refs/tags/${tag}:refs/tags/${tag}`]);
  if (branch !== '') {
    await fetch([`+refs/heads/${branch}:refs/heads/${branch}`]).catch((failure: unknown) => {
      if (commit === '') throw failure;
    });
  } else await fetch([`+HEAD:refs/heads/${name}`]);
  if (commit === '' || (await hasCommit(git, into, commit))) return;
  // The branch has moved on or is gone; most servers give a commit by its id.
  await fetch([`+${commit}:refs/wolfi-repro/${commit}`]);
}

/**
 * Fetches with retries and while its size is watched; without a depth where the server does not support one. Tags of what is fetched come along, as they do in a
 * clone: `git describe` prints them.
 */
async function fetchBounded(
  into: OwnRepository,
  refspecs: readonly string[],
  depth: number | undefined,
  { git, remote, shown, shallow, network, signal }: FetchContext,
): Promise<void> {
  let asked = depth;
  const exchange = async () => {
    const bound = asked === undefined ? [] : [`--depth=${asked}`];
    const flags = shallow ? ['--update-shallow', ...bound] : bound;
    const watch = watchSize(into);
    try {
      await git(into, ['fetch', '--quiet', ...flags, '--', remote.address, ...refspecs], remote);
    } finally {
      watch.stop();
    }
  };
  const givenUp = (failure: unknown) =>
    new Failure('unreachable', `${shown} cannot be fetched: ${(failure as Error).message}`);
  const judge = (failure: unknown): Again => {
    if (!(failure instanceof GitError)) throw failure;
    // git's messages about a local repository name places of this run.
    if (remote.kind === 'local')
      throw new Failure('unreachable', `${shown} does not have all that the steps want of it`);
    if (failure.fault === 'server-not-shallow' && asked !== undefined) {
      asked = undefined;
      return { progressed: true, waitMilliseconds: 0 };
    }
    if (failure.fault === 'not-found') throw givenUp(failure);
    return {};
  };
  await withRetries(exchange, { judge, givenUp }, { ...network, signal });
}

/** Watches the size. The fetch of a repository that grows too large is stopped by removing its folder. */
function watchSize(path: OwnRepository): { stop(): void } {
  const packs = join(path, 'objects/pack');
  const timer = setInterval(() => {
    const bytes = namesIn(packs).reduce(
      (sum, name) => sum + (statSync(join(packs, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
    if (bytes > mostRepositoryBytes) rmSync(path, { recursive: true, force: true });
  }, 1000);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

interface Ahead {
  /** The name of the branch that is the server's HEAD; undefined where HEAD is not a branch. */
  readonly head: string | undefined;
  /** Branches with the name of a wanted tag: a clone that is given the name takes the branch. */
  readonly branches: readonly string[];
}

async function lookAhead(
  into: OwnRepository,
  wanted: readonly GitWanted[],
  { git, remote }: FetchContext,
): Promise<Ahead> {
  const tags = [...new Set(wanted.map(({ request }) => request.tag).filter((tag) => tag !== ''))];
  const names = ['HEAD', ...tags.map((tag) => `refs/heads/${tag}`)];
  const argv = ['ls-remote', '--symref', '--', remote.address, ...names];
  const text = await git(into, argv, remote).catch(() => '');
  const head = /^ref: refs\/heads\/([^\s]+)\tHEAD$/m.exec(text)?.[1];
  return { head, branches: tags.filter((tag) => text.includes(`\trefs/heads/${tag}\n`)) };
}

/** Sets HEAD. A clone asks for the default branch even where it is given a different one; it may be a branch that does not exist here. */
async function settleHead(git: Git, into: OwnRepository, named: string | undefined): Promise<void> {
  const listed = await git(into, ['for-each-ref', '--format=%(refname)', 'refs/heads']);
  const [first] = listed.split('\n').filter(Boolean);
  const head = named === undefined ? first : `refs/heads/${named}`;
  if (head !== undefined) await git(into, ['symbolic-ref', 'HEAD', head]);
}
