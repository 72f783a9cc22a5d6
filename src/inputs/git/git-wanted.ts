/** What steps request of a repository, and whether it has that. */
import { Failure } from '../../failure.ts';
import type { GitRequest } from '../../plan/requested-sources.ts';
import { hasCommit } from './git-objects.ts';
import type { Git } from './git-program.ts';
import type { OwnRepository } from './own-repository.ts';

export interface GitWanted {
  /** The full id; empty where the commit is not pinned. */
  readonly commit: string;
  readonly request: GitRequest;
}

/** The commit of a request. Fails with `source-mismatch` where the tag is a different commit than the pinned one. */
export async function requireCommit(
  git: Git,
  repository: OwnRepository,
  { commit, request: { tag, branch } }: GitWanted,
  shown: string,
): Promise<string> {
  const parse = (name: string) =>
    git(repository, ['rev-parse', '--verify', '--quiet', '--end-of-options', name]).then(
      (text) => text.trim(),
      () => undefined,
    );
  const name = tag !== '' ? `refs/tags/${tag}` : branch !== '' ? `refs/heads/${branch}` : 'HEAD';
  const tip = await parse(`${name}^{commit}`);
  const tagObject = tag === '' ? undefined : await parse(name);
  if (commit === '') {
    if (tip !== undefined) return tip;
    throw new Failure('source-unavailable', `${shown} has no ${tag || branch || 'HEAD'}`);
  }
  const agrees =
    tag === '' ? await hasCommit(git, repository, commit) : tip === commit || tagObject === commit;
  if (agrees) return commit;
  throw new Failure('source-mismatch', `${shown} has a different commit at ${tag || branch || 'HEAD'}`, {
    expected: commit,
    got: tip ?? 'nothing',
  });
}
