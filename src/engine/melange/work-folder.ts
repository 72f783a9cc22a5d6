/** The folder that melange starts in: recipe, the folder beside it, source cache. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { diskPath } from '../../bytes.ts';
import { writeRecipe } from '../../claim/recipe/write.ts';
import { type BuildPlan, emissionFormat } from '../../plan/plan.ts';
import type { RebuildRequest } from '../engine.ts';

export interface WorkFolder {
  readonly folder: string;
  /** The recipe's path as the SBOM records it, below the folder. */
  readonly recipe: string;
  readonly source: string;
  readonly cache: string;
  readonly out: string;
}

/** Lays out a folder below `directory`. Repositories are handed over in a different way (`git-sources.ts`). */
export function prepareWorkFolder(directory: string, plan: BuildPlan, request: RebuildRequest): WorkFolder {
  const folder = join(directory, 'work');
  const work = {
    folder,
    source: join(directory, 'source'),
    cache: join(directory, 'sources'),
    out: join(directory, 'out'),
  };
  for (const path of Object.values(work)) mkdirSync(path, { recursive: true });
  const recipe = recipePath(plan.builder.recipeFile.path, plan.origin);
  mkdirSync(dirname(join(folder, recipe)), { recursive: true });
  writeFileSync(join(folder, recipe), writeRecipe(request.recipe, emissionFormat(plan).recipe));
  for (const { path, mode } of request.sourceFiles?.files ?? []) {
    const target = diskPath(work.source, path);
    mkdirSync(diskPath(work.source, posix.dirname(path)), { recursive: true });
    copyFileSync(diskPath(request.sourceFiles!.directory, path), target);
    chmodSync(target, mode);
  }
  for (const found of request.sources) {
    if (found.kind === 'git') continue;
    copyFileSync(found.path, join(work.cache, `${found.source.algorithm}:${found.source.digest}`));
  }
  return { ...work, recipe };
}

/** The recorded path where it is a plain one below a folder; it is attacker-controlled. */
function recipePath(recorded: string, origin: string): string {
  const plain = posix.normalize(recorded);
  const safe = /^[A-Za-z0-9][A-Za-z0-9+_./-]{0,200}\.yaml$/.test(plain) && !plain.split('/').includes('..');
  return safe ? plain : `${origin}.yaml`;
}
