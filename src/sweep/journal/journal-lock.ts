/**
 * The owner of a folder: one process at a time. Lock files are numbered, and whoever makes the next one owns the folder, which the file system
 * grants to one only; the last one always stays, so that two processes never begin to count from different numbers.
 */
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { writeNamed } from '../../folders.ts';
import { isAbandoned, isOwned, ownedPrefix } from '../../process-marks.ts';

export interface JournalLock {
  release(): void;
}

const released = 'released\n';
const lockForm = /^lock\.(\d{1,15})$/;

/** Takes the lock. Fails with `usage` where a process has it that is not known to have ended. */
export function takeLock(folder: string): JournalLock {
  const aside = join(folder, `${ownedPrefix()}lock`);
  writeFileSync(aside, ownedPrefix());
  try {
    for (;;) {
      const held = lockNumbers(folder).at(-1);
      if (held !== undefined) requireFree(join(folder, `lock.${held}`));
      const own = join(folder, `lock.${(held ?? 0) + 1}`);
      if (!linked(aside, own)) continue;
      for (const number of lockNumbers(folder).filter((each) => each <= (held ?? 0)))
        rmSync(join(folder, `lock.${number}`), { force: true });
      return { release: () => writeNamed(own, Buffer.from(released)) };
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

function lockNumbers(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => lockForm.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw failure;
  }
}

function requireFree(path: string): void {
  const pid = holderIn(path);
  if (pid === undefined) return;
  throw new Failure('usage', `a process works on this sweep: ${path} names process ${pid}`, {
    hint: 'wait for its end, or pause it; if it ran on a machine or in a container that is gone, remove that file',
  });
}

/** The process that has the lock of a folder and is not known to have ended; undefined where there is none. */
export function ownerOf(folder: string): number | undefined {
  const held = existsSync(folder) ? lockNumbers(folder).at(-1) : undefined;
  return held === undefined ? undefined : holderIn(join(folder, `lock.${held}`));
}

function holderIn(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (failure) {
    // Whoever took the next one removed it.
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
  return text === released || (isOwned(text) && isAbandoned(text))
    ? undefined
    : Number.parseInt(text, 10) || 0;
}
