/** Packages built anew, kept instead of compared. */
import { createWriteStream, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { packageSource } from './emit/package.ts';
import { builtinEngine } from './engine/builtin.ts';
import { Failure } from './failure.ts';
import { fileSource } from './inputs/files.ts';
import type { RunOptions } from './options.ts';
import { prepare, repositoryOpener } from './prepare.ts';
import { examine, isTarget } from './target.ts';
import { observeSteps, transplant } from './verify.ts';

export interface RebuiltFile {
  readonly name: string;
  readonly path: string;
}

/**
 * Rebuilds the package and writes `<arch>/<name>-<version>.apk` below a folder, with the published signature in front where
 * there is one. Fails with the reason why it cannot be rebuilt.
 */
export async function rebuild(file: string, directory: string, options: RunOptions): Promise<RebuiltFile[]> {
  const repositories = repositoryOpener(options);
  const examined = await examine(file, fileSource(file), repositories, options);
  if (!isTarget(examined))
    throw examined.failure ?? new Failure('internal', 'a package was neither read nor refused');
  const opened = await repositories(examined.claim.architecture);
  const prepared = await prepare([examined], opened, options);
  const observer = observeSteps(examined.claim.recipe.package.name, options);
  const rebuilt = await builtinEngine.rebuild({ ...prepared, machine: options.machine, observer });
  try {
    const files: RebuiltFile[] = [];
    for (const [index, emitted] of rebuilt.packages.entries()) {
      if (emitted instanceof Failure) throw emitted;
      const plan = prepared.plans[index]!;
      const published = examined.apk.signature?.signatures[0];
      const signature = published === undefined ? undefined : transplant(published, plan);
      const folder = join(directory, plan.package.architecture);
      const path = join(folder, `${emitted.name}-${emitted.version}.apk`);
      mkdirSync(folder, { recursive: true });
      await pipeline(packageSource(emitted, signature).open(), createWriteStream(`${path}.part`));
      renameSync(`${path}.part`, path);
      files.push({ name: emitted.name, path });
    }
    return files;
  } finally {
    await rebuilt.dispose();
  }
}
