/** Temporary files in the store's folders, named after their process. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAbandoned, ownedPrefix } from '../../process-marks.ts';

let count = 0;

/** A name that no other process and no other call gets. */
export function ownedName(): string {
  count += 1;
  return `${ownedPrefix()}${count}`;
}

/** Removes what ended processes left. */
export function sweepAbandoned(folder: string): void {
  for (const name of namesIn(folder).filter(isAbandoned))
    rmSync(join(folder, name), { recursive: true, force: true });
}

/** The names in a folder, sorted; none where the folder does not exist. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
