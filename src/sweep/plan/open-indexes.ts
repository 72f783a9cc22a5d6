/** The indexes that a sweep is planned from, verified as for a package that is asked for by name. */
import { Failure } from '../../failure.ts';
import { completeRun } from '../../flow/complete-run.ts';
import { repositoryOpener, requireBelieved } from '../../flow/repositories.ts';
import type { RunOptions } from '../../flow/run-options.ts';
import type { Architecture } from '../../names.ts';
import type { OpenedIndexes } from './plan-sweep.ts';

/**
 * Opens every index that the options name; Wolfi's own where they name none. Fails where one cannot be used: a plan of a part would pass for the
 * whole. Only that a repository has no index for one of several architectures is left out, with a warning.
 */
export async function openIndexes(
  options: RunOptions,
  architectures: readonly Architecture[],
): Promise<readonly OpenedIndexes[]> {
  const run = await completeRun(options, 'name');
  const open = repositoryOpener(run);
  const indexes: OpenedIndexes[] = [];
  for (const architecture of architectures) {
    const { repositories, skipped } = await open(architecture);
    for (const { failure } of skipped) {
      if (failure.code !== 'environment-unavailable' || architectures.length === 1) throw failure;
      options.onProgress({ kind: 'warning', text: failure.message });
    }
    for (const repository of repositories) requireBelieved(repository, run.trust);
    indexes.push({ architecture, repositories });
  }
  if (indexes.every(({ repositories }) => repositories.length === 0))
    throw new Failure('environment-unavailable', 'no repository has an index for these architectures');
  return indexes;
}
