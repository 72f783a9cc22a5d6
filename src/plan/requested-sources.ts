/** The sources that the steps will ask for, with the digests that the recipe records. */

import { shownAddress } from '../address.ts';
import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { Failure } from '../failure.ts';
import type { Format } from '../melange/format.ts';
import { runningSteps } from './planned-steps.ts';

export type PlannedSource = FetchSource | GitSource;

export interface FetchSource {
  readonly kind: 'fetch';
  /** Where it was published; attacker-controlled, and contacted only through what the user named. */
  readonly uri: string;
  readonly algorithm: 'sha256' | 'sha512';
  /** Lower-case hex. */
  readonly digest: string;
}

export interface GitSource {
  readonly kind: 'git';
  readonly repository: string;
  /** Full commit id; the step itself compares it after the checkout. Empty until it is resolved where nothing pins it. */
  readonly commit: string;
  readonly reference: string;
}

/** The source as a plan and a message name it: its pin distinguishes it, and no secret of its address is shown. */
export function shownSource(source: PlannedSource): PlannedSource {
  return source.kind === 'fetch'
    ? { ...source, uri: shownAddress(source.uri) }
    : { ...source, repository: shownAddress(source.repository) };
}

/** A source with everything that a step asks of it. */
export type SourceRequest =
  | { readonly source: FetchSource }
  | { readonly source: GitSource; readonly git: GitRequest };

/** What a `git-checkout` step will ask its repository for. */
export interface GitRequest {
  readonly tag: string;
  readonly branch: string;
  /** Commits from the tip; undefined for all, of every branch. */
  readonly depth: number | undefined;
  readonly submodules: boolean;
  /** The step refuses any other commit at the tip of the branch: it does not reset. */
  readonly takesTip: boolean;
  readonly cherryPicks: readonly CherryPick[];
}

/** A commit that the step applies on top of what it checked out. */
export interface CherryPick {
  /** The branch that is fetched by its name; empty where the commit is looked for in what was fetched. */
  readonly branch: string;
  readonly commit: string;
}

/** Sources by request, and those that the recipe does not pin. */
export interface RequestedSources {
  readonly requests: readonly SourceRequest[];
  /** In words: which step asks for which address. */
  readonly unpinned: readonly string[];
}

/** The sources of a plan. Fails with `source-unpinned` where the recipe names a source without pinning its bytes. */
export function plannedSources(recipe: Recipe, format: Format): PlannedSource[] {
  return requestedSources(recipe, format, false).requests.map(({ source }) => source);
}

/**
 * The sources of all steps that run. Unpinned ones fail with `source-unpinned`, or, where they are allowed, are requested
 * with no commit (git) or left to the step itself (fetch).
 */
export function requestedSources(recipe: Recipe, format: Format, allowUnpinned: boolean): RequestedSources {
  const requests: SourceRequest[] = [];
  const unpinned: string[] = [];
  for (const { step, package: packageName, position } of runningSteps(recipe, format)) {
    if (step.uses !== 'fetch' && step.uses !== 'git-checkout') continue;
    const request = step.uses === 'fetch' ? fetchRequest(step) : gitRequest(step);
    if (request !== undefined) requests.push(request);
    if (request !== undefined && isPinned(request)) continue;
    const address = step.with.get('uri') ?? step.with.get('repository') ?? '';
    if (!allowUnpinned) {
      throw new Failure(
        'source-unpinned',
        `step ${position} of ${packageName} pins no digest of its source`,
        { got: address, hint: 'accept it with --allow-unpinned-sources: a finding will say so' },
      );
    }
    unpinned.push(`step ${position} of ${packageName}: ${address}`);
  }
  return { requests, unpinned };
}

function isPinned(request: SourceRequest): boolean {
  if (!('git' in request)) return true;
  return request.source.commit !== '' && request.git.cherryPicks.every(({ commit }) => isCommit(commit));
}

function fetchRequest(step: Step): SourceRequest | undefined {
  const source = fetchSource(step);
  return source === undefined ? undefined : { source };
}

function gitRequest({ with: inputs }: Step): SourceRequest {
  const input = (name: string) => inputs.get(name) ?? '';
  const [tag, branch] = [input('tag'), input('branch')];
  const expected = input('expected-commit').toLowerCase();
  const commit = isCommit(expected) ? expected : '';
  const source: GitSource = {
    kind: 'git',
    repository: input('repository'),
    commit,
    reference: tag || branch,
  };
  const cherryPicks = parseCherryPicks(input('cherry-picks'));
  // The depth, as the step itself decides it (melange pkg/build/pipelines/git-checkout.yaml at v0.59.1); cherry-picks need history.
  const unset = input('depth') === '' || input('depth') === 'unset';
  const depth = unset ? (branch === '' || commit === '' ? 1 : -1) : Number(input('depth'));
  const whole = !(depth > 0) || cherryPicks.length > 0;
  // Before v0.23.2 a step without a depth did not reset. A commit at the tip is right for all versions, unless one is picked that may
  // be above it.
  const resets = depth === -1 && (!unset || cherryPicks.some((pick) => pick.branch === ''));
  const git: GitRequest = {
    tag,
    branch,
    depth: whole ? undefined : depth,
    submodules: input('recurse-submodules') === 'true',
    takesTip: tag === '' && commit !== '' && !resets,
    cherryPicks,
  };
  return { source, git };
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Parses `[branch/]commit: comment`, one on each line; `#` begins a comment (the step's own `process_cherry_picks`). */
function parseCherryPicks(text: string): CherryPick[] {
  return text.split('\n').flatMap((line) => {
    const picked = line.replace(/#.*/, '').split(':')[0]!;
    const at = picked.lastIndexOf('/');
    return picked === '' ? [] : [{ branch: picked.slice(0, Math.max(0, at)), commit: picked.slice(at + 1) }];
  });
}

const digestLengths = { sha256: 64, sha512: 128 } as const;

function fetchSource(step: Step): FetchSource | undefined {
  const uri = step.with.get('uri') ?? '';
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const digest = (step.with.get(`expected-${algorithm}`) ?? '').toLowerCase();
    if (digest.length === digestLengths[algorithm] && /^[0-9a-f]+$/.test(digest)) {
      return { kind: 'fetch', uri, algorithm, digest };
    }
  }
  return undefined;
}
