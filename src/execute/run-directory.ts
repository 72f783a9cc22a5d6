/** Folders that live as long as the process that made them: builds under way, environments being unpacked. */
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hostPath, runShortly } from '../process.ts';
import { isAbandoned, ownedPrefix } from '../process-marks.ts';
import { fewEntries } from './few-entries.ts';
import type { IdMap } from './sandbox/id-map.ts';
import { removeInNamespaces } from './sandbox/namespace.ts';
import { endProcessesIn } from './sandbox/process-tree.ts';

/** A fresh folder in `parent` that only its maker can read. */
export async function makeRunDirectory(parent: string): Promise<string> {
  mkdirSync(parent, { recursive: true });
  return mkdtemp(join(parent, ownedPrefix()));
}

/** Removes the folders of processes that have ended, and ends what still runs with one of them as its root; a folder that cannot be removed now is left for later. */
export async function sweepRunDirectories(parent: string, ids: IdMap): Promise<void> {
  for (const name of namesIn(parent).filter(isAbandoned)) {
    const path = join(parent, name);
    endProcessesIn(realPath(path));
    await removeTree(path, ids);
  }
}

/** Whether a build may be under way in any process. */
export function hasLiveRuns(runs: string): boolean {
  return namesIn(runs).some((name) => !isAbandoned(name));
}

/**
 * Removes a folder, also one with files of subordinate owners, unreadable folders or paths beyond PATH_MAX in it. What cannot
 * be removed is left; no verdict depends on it.
 */
export async function removeTree(path: string, ids: IdMap): Promise<void> {
  if (!existsSync(path) || (await removeByProgram(path))) return;
  await removeInNamespaces(path, ids).catch(() => undefined);
}

/** The most entries that this process removes itself. */
const mostEntries = 512;

/** The same, without starting a program where the folder holds little. */
export async function removeFew(path: string, ids: IdMap): Promise<void> {
  try {
    if (fewEntries([path], mostEntries) !== undefined) await rm(path, { recursive: true, force: true });
    else await removeTree(path, ids);
  } catch {
    await removeTree(path, ids);
  }
}

/** Removes a tree with the machine's rm, which runs while this process does something else. */
async function removeByProgram(path: string): Promise<boolean> {
  try {
    const env = { PATH: hostPath, LC_ALL: 'C' };
    const { exitCode } = await runShortly('rm', ['-rf', '--one-file-system', '--', path], { env });
    return exitCode === 0;
  } catch {
    return false;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The path as the kernel names it in /proc; the path itself where it has gone in the meantime. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
