/** The submodules that a commit names. */
import { trimmedEnd } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { type Git, GitError } from './git-program.ts';
import type { OwnRepository } from './own-repository.ts';

export interface Submodule {
  readonly path: string;
  readonly address: string;
  readonly commit: string;
}

const mostSubmodules = 500;

/** The submodules of a commit, by its `.gitmodules`; relative addresses are resolved (gitmodules(5)). */
export async function listSubmodules(
  git: Git,
  repository: OwnRepository,
  commit: string,
  address: string,
): Promise<Submodule[]> {
  const blob = `${commit}:.gitmodules`;
  const has = await git(repository, ['cat-file', '-e', blob]).then(
    () => true,
    () => false,
  );
  if (!has) return [];
  const wanted = '^submodule\\..*\\.(path|url)$';
  const text = await git(repository, ['config', '--blob', blob, '-z', '--get-regexp', wanted]).catch(
    (failure: unknown) => {
      // git-config(1): the status is 1 where nothing matches.
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
    // git refuses this address (transfer.fsckObjects, gitmodulesUrl); a parser of addresses would drop the line break.
    if (/[\u0000-\u001f\u007f]/.test(url))
      throw new Failure('unsupported', 'the address of a submodule has a control character', { got: url });
    const entry = await git(repository, ['ls-tree', '-z', commit, '--', path]);
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
