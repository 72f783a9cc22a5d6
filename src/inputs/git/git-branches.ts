/**
 * Sets the branches of a fetched repository so that the unmodified step accepts them: it takes the tip of a branch, and either
 * requires the pinned commit there or resets to it (melange pkg/build/pipelines/git-checkout.yaml, v0.13.1 to v0.59.1). Since the
 * package was built, a branch may have moved on or may have been rewritten.
 */

import { Failure } from '../../failure.ts';
import { addTo } from '../../lists.ts';
import type { CherryPick } from '../../plan/requested-sources.ts';
import type { Git } from './git-program.ts';
import type { GitWanted } from './git-wanted.ts';
import type { OwnRepository } from './own-repository.ts';

/** The branch of a repository whose default branch has no name. */
const nameless = 'wolfi-repro-head';

/** The name of the branch that a step takes if it names neither branch nor tag. */
export function branchOf({ request }: GitWanted, head: string | undefined): string {
  return request.branch || (head ?? nameless);
}

/** Sets branches to pinned commits where steps would not find the commits without it. */
export async function settleBranches(
  git: Git,
  path: OwnRepository,
  wanted: readonly GitWanted[],
  head: string | undefined,
): Promise<void> {
  const branches = new Map<string, GitWanted[]>();
  for (const each of wanted) {
    if (each.request.tag !== '' || each.commit === '') continue;
    const name = branchOf(each, head);
    addTo(branches, name, each);
  }
  for (const [name, wishes] of branches) {
    const commit = await tipFor(git, path, name, wishes);
    if (commit !== undefined) await git(path, ['update-ref', `refs/heads/${name}`, commit]);
  }
}

/** The commit that a branch is to be set to; undefined where it can stay as it is. */
async function tipFor(
  git: Git,
  path: OwnRepository,
  name: string,
  wishes: readonly GitWanted[],
): Promise<string | undefined> {
  const atTip = new Set(wishes.filter(({ request }) => request.takesTip).map(({ commit }) => commit));
  if (atTip.size > 1) {
    throw new Failure('unsupported', 'steps want several commits at the tip of one branch', {
      expected: [...atTip].join(' '),
    });
  }
  const [tip] = atTip;
  if (tip !== undefined) return tip;
  const commits = [...new Set(wishes.map(({ commit }) => commit))];
  if (commits.length > 1 || (await leadsTo(git, path, commits[0]!, `refs/heads/${name}`))) return undefined;
  return commits[0]!;
}

/** Makes a commit to be picked reachable where the step looks for it; `fetch` brings it where it is absent. */
export async function settleCherryPick(
  git: Git,
  path: OwnRepository,
  { branch, commit }: CherryPick,
  fetch: (commit: string) => Promise<void>,
): Promise<void> {
  // Text that is not an id is left to the step: it must not be taken for an option here.
  if (!/^[0-9a-f]{7,40}$/.test(commit)) return;
  const name = `refs/heads/${branch === '' ? `wolfi-repro-${commit}` : branch}`;
  if (branch !== '' && (await leadsTo(git, path, commit, name))) return;
  if (branch === '' && (await isReachable(git, path, commit))) return;
  await fetch(commit);
  await git(path, ['update-ref', name, commit]);
}

async function leadsTo(git: Git, path: OwnRepository, commit: string, tip: string): Promise<boolean> {
  return git(path, ['merge-base', '--is-ancestor', commit, tip]).then(
    () => true,
    () => false,
  );
}

async function isReachable(git: Git, path: OwnRepository, commit: string): Promise<boolean> {
  return git(path, ['for-each-ref', '--count=1', `--contains=${commit}`]).then(
    (text) => text !== '',
    () => false,
  );
}
