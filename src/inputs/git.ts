/**
 * Git repositories over http(s), fetched by the machine's git with nothing of the caller's configuration, into bare repositories
 * that hold what the steps will ask for and no more. Nothing is checked out.
 */
import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { trimmedEnd } from '../bytes.ts';
import { sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { ownFolder } from '../folders.ts';
import { largest } from '../lists.ts';
import { canonicalJson } from '../plan/canonical.ts';
import type { GitRequest } from '../plan/sources.ts';
import { findProgram, hostPath, runProcess } from '../process.ts';
import { type Provenance, parseAddress, pinnedResolution, shownAddress } from './addresses.ts';
import { branchOf, settleBranches, settleCherryPick } from './git-branches.ts';
import type { NetworkOptions } from './inputs.ts';
import { namesIn, ownedName, sweepAbandoned } from './owners.ts';

export interface GitWanted {
  /** Full id; empty where nothing pins it. */
  readonly commit: string;
  readonly request: GitRequest;
}

export interface GitAccess {
  readonly folder: string;
  readonly network: NetworkOptions;
  readonly signal: AbortSignal;
  /** Follows redirects under the address policy and returns where the repository really is. */
  readonly locate: (address: string, provenance: Provenance) => Promise<Located | undefined>;
}

/** Where a repository really is, and whose choice that is. */
export interface Located {
  readonly address: string;
  readonly trust: Provenance;
}

export interface FetchedRepository {
  /** A bare repository. */
  readonly path: string;
  /** Commit of each wish, in their order. */
  readonly commits: readonly string[];
}

const mostRepositoryBytes = 32 * 1024 ** 3;
const lowSpeedSeconds = 60;

/**
 * Fetches a repository with everything that several steps want of it; the kept one where it was fetched before. Undefined where
 * there is none. Fails with `source-mismatch` where a tag is not the pinned commit, and with `unreachable`.
 */
export async function fetchRepository(
  address: string,
  provenance: Provenance,
  wanted: readonly GitWanted[],
  access: GitAccess,
): Promise<FetchedRepository | undefined> {
  ownFolder(access.folder);
  sweepAbandoned(access.folder);
  const git = openGit(access);
  const kept = join(access.folder, sha256(Buffer.from(canonicalJson([address, wanted]))));
  const pinned = wanted.every(({ commit }) => commit !== '');
  if (isRepository(kept) && (pinned || access.network.policy.offline)) {
    touch(kept);
    return {
      path: kept,
      commits: await Promise.all(wanted.map((each) => requireCommit(git, kept, each, address))),
    };
  }
  const located = await access.locate(address, provenance);
  if (located === undefined) return undefined;
  const aside = join(access.folder, ownedName());
  try {
    const resolution = await requireResolution(git, located, access.network);
    const remote = { address: located.address, resolution };
    const commits = await fetchInto(git, aside, remote, wanted, { ...access, address });
    rmSync(kept, { recursive: true, force: true });
    renameSync(aside, kept);
    return { path: kept, commits };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * What keeps git's connection at the addresses that were looked at. Fails with `address-refused` for one that is private now,
 * and where git cannot be told (`http.curloptResolve`, git-config(1), since 2.37.0).
 */
async function requireResolution(
  git: Git,
  { address, trust }: Located,
  { policy, resolve }: NetworkOptions,
): Promise<string | undefined> {
  const resolution = await pinnedResolution(parseAddress(address), trust, policy, resolve);
  if (resolution === undefined) return undefined;
  const version = await git(['version']);
  if (takesResolution(version)) return resolution;
  throw new Failure('address-refused', `${shownAddress(address)} is not contacted: git is too old for it`, {
    expected: 'git 2.37.0 or later, which can be held to the addresses that were looked at',
    got: version.trim(),
    hint: 'install a later git, or name the repository yourself with --source-mirror PREFIX=URL|DIR',
  });
}

/** @param version as `git version` prints it */
export function takesResolution(version: string): boolean {
  const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 37);
}

function isRepository(path: string): boolean {
  return statSync(join(path, 'HEAD'), { throwIfNoEntry: false })?.isFile() === true;
}

function touch(path: string): void {
  const now = Date.now() / 1000;
  utimesSync(join(path, 'HEAD'), now, now);
}

/** @param remote what the command contacts */
export type Git = (argv: readonly string[], remote?: Remote) => Promise<string>;

export interface Remote {
  readonly address: string;
  /** `HOST:PORT:ADDRESS`; undefined where git may look the name up. */
  readonly resolution?: string | undefined;
}

/** What git says that was told to speak to nobody, and has to: a partial copy lacks something. */
const forbidden = /transport '[a-z]+' not allowed/;

/** A git that ended with another status than 0. */
class GitError extends Failure {
  readonly exitCode: number | undefined;

  constructor(exitCode: number | undefined, output: string, offline: boolean) {
    const unasked = offline && forbidden.test(output);
    const why = unasked
      ? 'git needs more than is on this machine: --offline'
      : `git failed: ${output.trim().split('\n').at(-1)}`;
    super(unasked ? 'unreachable' : 'source-unavailable', why, { got: output });
    this.exitCode = exitCode;
  }
}

/** Runs the machine's git. Fails with `source-unavailable` where git does. */
export function openGit({ network, signal }: Pick<GitAccess, 'network' | 'signal'>): Git {
  const program = findProgram('git');
  if (program === undefined) {
    throw new Failure('source-unavailable', 'git is not installed', {
      hint: 'install git, or give the repository as a folder with --source-mirror PREFIX=DIR',
    });
  }
  return async (argv, remote) => {
    let output = '';
    let size = 0;
    const { exitCode, output: errors } = await runProcess(program, argv, {
      env: environment(network, remote),
      signal,
      onStdout: (bytes) => {
        size += bytes.length;
        if (size > 256 * 1024 * 1024) throw new Failure('unreachable', 'git says too much');
        output += Buffer.from(bytes).toString('latin1');
      },
    });
    signal.throwIfAborted();
    if (exitCode !== 0) throw new GitError(exitCode, errors, network.policy.offline);
    return output;
  };
}

/** Configuration goes through the environment: credentials must not be seen in a list of processes. */
function environment(
  { policy, proxies, credentials }: NetworkOptions,
  remote: Remote | undefined,
): Record<string, string> {
  const url = remote === undefined ? undefined : parseAddress(remote.address);
  const settings: [string, string][] = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['credential.helper', ''],
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1000'],
    ['http.lowSpeedTime', String(lowSpeedSeconds)],
    ['fetch.recurseSubmodules', 'false'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['safe.directory', '*'],
    ['advice.detachedHead', 'false'],
  ];
  const authorization = url === undefined ? undefined : credentials(url);
  if (url !== undefined && authorization !== undefined)
    settings.push([`http.${url.origin}/.extraHeader`, `Authorization: ${authorization}`]);
  if (remote?.resolution !== undefined) settings.push(['http.curloptResolve', remote.resolution]);
  return {
    PATH: hostPath,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_ALLOW_PROTOCOL: policy.offline ? 'file' : 'https:http',
    GIT_NO_REPLACE_OBJECTS: '1',
    ...(proxies.http === undefined ? {} : { http_proxy: proxies.http }),
    ...(proxies.https === undefined ? {} : { https_proxy: proxies.https }),
    ...(proxies.none === undefined ? {} : { no_proxy: proxies.none }),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}

interface FetchContext extends GitAccess {
  readonly address: string;
}

async function fetchInto(
  git: Git,
  path: string,
  remote: Remote,
  wanted: readonly GitWanted[],
  context: FetchContext,
): Promise<string[]> {
  // Whatever the umask: builds read it with ids that are not the caller's.
  await git(['init', '--quiet', '--bare', '--shared=0644', '--template=', path]);
  const depths = wanted.map(({ request }) => request.depth);
  const depth = depths.every((each) => each !== undefined) ? largest(depths, 1) : undefined;
  const fetch = (refspecs: readonly string[]) => fetchBounded(git, path, remote, refspecs, depth, context);
  const { head, branches } = await lookAhead(git, remote, wanted);
  if (depth === undefined) await fetch(['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  else if (branches.length > 0) await fetch(branches.map((name) => `+refs/heads/${name}:refs/heads/${name}`));
  for (const each of wanted) await fetchWish(git, path, each, branchOf(each, head), fetch);
  await settleBranches(git, path, wanted, head);
  for (const pick of wanted.flatMap(({ request }) => request.cherryPicks)) {
    await settleCherryPick(git, path, pick, async (commit) => {
      if (!(await hasCommit(git, path, commit))) await fetch([commit]);
    });
  }
  await settleHead(git, path, head);
  const commits: string[] = [];
  for (const each of wanted) commits.push(await requireCommit(git, path, each, context.address));
  tidy(path);
  return commits;
}

async function fetchWish(
  git: Git,
  path: string,
  { commit, request: { tag, branch } }: GitWanted,
  name: string,
  fetch: (refspecs: readonly string[]) => Promise<void>,
): Promise<void> {
  const byCommit = tag === '' && branch === '' && commit !== '';
  if (byCommit && (await hasCommit(git, path, commit))) return;
  if (tag !== '') return fetch([`+refs/tags/${tag}:refs/tags/${tag}`]);
  if (branch !== '') {
    await fetch([`+refs/heads/${branch}:refs/heads/${branch}`]).catch((failure: unknown) => {
      if (commit === '') throw failure;
    });
  } else await fetch([`+HEAD:refs/heads/${name}`]);
  if (commit === '' || (await hasCommit(git, path, commit))) return;
  // The branch went on, or is gone; most servers give a commit by its id.
  await fetch([`+${commit}:refs/wolfi-repro/${commit}`]);
}

async function hasCommit(git: Git, path: string, commit: string): Promise<boolean> {
  return git(['-C', path, 'cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );
}

/**
 * Retried, its size watched; without a depth where the server knows none. Tags of what is fetched come along, as they do in a
 * clone: `git describe` prints them.
 */
async function fetchBounded(
  git: Git,
  path: string,
  remote: Remote,
  refspecs: readonly string[],
  depth: number | undefined,
  { network, signal, address }: FetchContext,
): Promise<void> {
  let shallow = depth;
  for (let attempt = 1; ; attempt += 1) {
    const flags = shallow === undefined ? [] : [`--depth=${shallow}`];
    const watch = watchSize(path);
    try {
      const argv = ['fetch', '--quiet', ...flags, '--', remote.address, ...refspecs];
      await git(['-C', path, ...argv], remote);
      return;
    } catch (failure) {
      if (!(failure instanceof GitError)) throw failure;
      if (/shallow capabilities/.test(failure.message) && shallow !== undefined) shallow = undefined;
      else if (attempt >= network.attempts || /not found|not our ref|couldn't find/i.test(failure.message))
        throw new Failure('unreachable', `${shownAddress(address)} cannot be fetched: ${failure.message}`);
      else await sleep(network.backoffMilliseconds * 2 ** (attempt - 1), undefined, { signal });
    } finally {
      watch.stop();
    }
  }
}

/** A repository that grows without end is stopped by taking its folder away. */
function watchSize(path: string): { stop(): void } {
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

/** The commit of a wish. Fails with `source-mismatch` where the tag is another commit than the pinned one. */
async function requireCommit(
  git: Git,
  path: string,
  { commit, request: { tag, branch } }: GitWanted,
  address: string,
): Promise<string> {
  const parse = (name: string) =>
    git(['-C', path, 'rev-parse', '--verify', '--quiet', '--end-of-options', name]).then(
      (text) => text.trim(),
      () => undefined,
    );
  const name = tag !== '' ? `refs/tags/${tag}` : branch !== '' ? `refs/heads/${branch}` : 'HEAD';
  const tip = await parse(`${name}^{commit}`);
  const tagObject = tag === '' ? undefined : await parse(name);
  if (commit === '') {
    if (tip !== undefined) return tip;
    throw new Failure('source-unavailable', `${shownAddress(address)} has no ${tag || branch || 'HEAD'}`);
  }
  const agrees = tag === '' ? await hasCommit(git, path, commit) : tip === commit || tagObject === commit;
  if (agrees) return commit;
  throw new Failure(
    'source-mismatch',
    `${shownAddress(address)} has another commit at ${tag || branch || 'HEAD'}`,
    {
      expected: commit,
      got: tip ?? 'nothing',
    },
  );
}

interface Ahead {
  /** Name of the branch that the server's HEAD is; undefined where it is none. */
  readonly head: string | undefined;
  /** Branches that have the name of a wanted tag: a clone that is told the name takes the branch. */
  readonly branches: readonly string[];
}

async function lookAhead(git: Git, remote: Remote, wanted: readonly GitWanted[]): Promise<Ahead> {
  const tags = [...new Set(wanted.map(({ request }) => request.tag).filter((tag) => tag !== ''))];
  const names = ['HEAD', ...tags.map((tag) => `refs/heads/${tag}`)];
  const text = await git(['ls-remote', '--symref', '--', remote.address, ...names], remote).catch(() => '');
  const head = /^ref: refs\/heads\/([^\s]+)\tHEAD$/m.exec(text)?.[1];
  return { head, branches: tags.filter((tag) => text.includes(`\trefs/heads/${tag}\n`)) };
}

/** A clone asks for the default branch even where it is told another; it may be one that is not there. */
async function settleHead(git: Git, path: string, named: string | undefined): Promise<void> {
  const listed = await git(['-C', path, 'for-each-ref', '--format=%(refname)', 'refs/heads']);
  const [first] = listed.split('\n').filter(Boolean);
  const head = named === undefined ? first : `refs/heads/${named}`;
  if (head !== undefined) await git(['-C', path, 'symbolic-ref', 'HEAD', head]);
}

/** What is left of the way it came is removed; the unmodified step may filter what it clones. */
function tidy(path: string): void {
  for (const name of readdirSync(path)) {
    if (!['HEAD', 'config', 'objects', 'refs', 'packed-refs', 'shallow'].includes(name))
      rmSync(join(path, name), { recursive: true, force: true });
  }
  writeFileSync(join(path, 'config'), servedConfiguration);
}

/** A submodule is asked for by its commit. */
export const servedConfiguration =
  '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n';

export interface Submodule {
  readonly path: string;
  readonly address: string;
  readonly commit: string;
}

const mostSubmodules = 500;

/** The submodules of a commit, by its `.gitmodules`; relative addresses are resolved (gitmodules(5)). */
export async function listSubmodules(
  git: Git,
  repository: string,
  commit: string,
  address: string,
): Promise<Submodule[]> {
  const blob = `${commit}:.gitmodules`;
  const has = await git(['-C', repository, 'cat-file', '-e', blob]).then(
    () => true,
    () => false,
  );
  if (!has) return [];
  const wanted = '^submodule\\..*\\.(path|url)$';
  const text = await git(['-C', repository, 'config', '--blob', blob, '-z', '--get-regexp', wanted]).catch(
    (failure: unknown) => {
      // git-config(1): the status is 1 where nothing fits.
      if (failure instanceof GitError && failure.exitCode === 1) return '';
      throw failure;
    },
  );
  const modules = new Map<string, { path?: string; url?: string }>();
  for (const item of text.split('\0').filter(Boolean)) {
    const end = item.indexOf('\n');
    const [, name, key] = /^submodule\.(.*)\.(path|url)$/s.exec(item.slice(0, Math.max(0, end))) ?? [];
    if (name === undefined) continue;
    const known = modules.get(name) ?? {};
    modules.set(name, { ...known, [key!]: item.slice(end + 1) });
    if (modules.size > mostSubmodules)
      throw new Failure('unsupported', `a source has more than ${mostSubmodules} submodules`);
  }
  const found: Submodule[] = [];
  for (const { path, url } of modules.values()) {
    if (path === undefined || url === undefined) continue;
    const entry = await git(['-C', repository, 'ls-tree', '-z', commit, '--', path]);
    const id = /^160000 commit ([0-9a-f]{40})\t/.exec(entry)?.[1];
    if (id !== undefined) found.push({ path, address: resolveSubmodule(url, address), commit: id });
  }
  return found;
}

function resolveSubmodule(url: string, base: string): string {
  if (!url.startsWith('./') && !url.startsWith('../')) return url;
  const parts = trimmedEnd(base, '/').split('/');
  for (const part of url.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
