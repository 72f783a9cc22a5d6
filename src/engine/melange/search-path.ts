/**
 * Repositories for the steps that a real melange runs. melange has no option for more mounts, so it is given a `bwrap` of ours on its
 * search path: it runs the real one and adds what our own build mounts.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FoundSource } from '../../inputs/found-sources.ts';
import type { BwrapJob } from './bwrap.ts';

/** The search path for a melange whose steps find these repositories. */
export function searchPath(path: string, sources: readonly FoundSource[], directory: string): string {
  const repositories = sources.filter(({ kind }) => kind === 'git');
  if (repositories.length === 0) return path;
  const folder = join(directory, 'bin');
  mkdirSync(folder);
  const job: BwrapJob = { path, sources: repositories, directory };
  const jobFile = join(directory, 'bwrap.json');
  writeFileSync(jobFile, JSON.stringify(job));
  const program = fileURLToPath(new URL('./bwrap.js', import.meta.url));
  const argv = [process.execPath, program, jobFile].map(quoted).join(' ');
  writeFileSync(join(folder, 'bwrap'), `#!/bin/sh\nexec ${argv} "$@"\n`, { mode: 0o755 });
  return `${folder}:${path}`;
}

/** One word of a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
