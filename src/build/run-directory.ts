/** Folders of builds that are under way. Each is named after its process, so that what a killed one left is found and removed. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdMap } from './sandbox/id-map.ts';
import { removeInNamespaces } from './sandbox/namespace.ts';

/** A fresh folder for one build. */
export async function makeRunDirectory(runs: string): Promise<string> {
  mkdirSync(runs, { recursive: true });
  return mkdtemp(join(runs, `${process.pid}.${startTime(process.pid)}.`));
}

/** Removes the folders of processes that are no more. */
export async function sweepRunDirectories(runs: string, ids: IdMap): Promise<void> {
  for (const name of namesIn(runs)) {
    const match = /^(\d+)\.(\d*)\./.exec(name);
    if (match === null || startTime(Number(match[1])) === match[2]) continue;
    await removeTree(join(runs, name), ids);
  }
}

/** Removes a folder with files of subordinate owners in it. */
export async function removeTree(path: string, ids: IdMap): Promise<void> {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    await removeInNamespaces(path, ids);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Ticks since boot at which a process started (proc(5), field 22 of stat); empty where there is no such process. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
