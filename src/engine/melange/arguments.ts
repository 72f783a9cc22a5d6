/** The command line of `melange build` that a plan amounts to; no value of a package can be an option (`--name=value`). */
import type { BuildPlan } from '../../plan/plan.ts';
import type { WorkFolder } from './work-folder.ts';

export function melangeArguments(plan: BuildPlan, work: WorkFolder): string[] {
  const { builder } = plan;
  const { repository, commit } = builder.recipeFile;
  const clock =
    builder.clock === null ? [] : [`--build-date=${new Date(builder.clock * 1000).toISOString()}`];
  return [
    'build',
    '--runner=bubblewrap',
    `--arch=${plan.package.architecture}`,
    `--namespace=${builder.namespace}`,
    `--git-repo-url=https://github.com/${repository}`,
    `--git-commit=${commit}`,
    `--license=${builder.recipeLicense}`,
    ...clock,
    `--source-dir=${work.source}`,
    `--cache-dir=${work.cache}`,
    `--apk-cache-dir=${work.folder}/apk-cache`,
    `--out-dir=${work.out}`,
    '--generate-index=false',
    '--',
    work.recipe,
  ];
}
