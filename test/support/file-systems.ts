/** File systems of this machine's kernel on fresh images, where root can mount such. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FreshFileSystem {
  /** Its root. */
  readonly folder: string;
  close(): void;
}

interface Fresh {
  /** Name of the program that makes it, behind `mkfs.`. */
  readonly type: string;
  readonly bytes: number;
  readonly options?: readonly string[];
  readonly mountOptions?: string;
}

/** A file system that nothing was ever in. Throws where there can be none. */
export function freshFileSystem({ type, bytes, options = [], mountOptions = '' }: Fresh): FreshFileSystem {
  const place = mkdtempSync(join(tmpdir(), 'wolfi-repro-image-'));
  const [image, folder] = [join(place, 'image'), join(place, 'root')];
  writeFileSync(image, '');
  truncateSync(image, bytes);
  mkdirSync(folder);
  try {
    run(`mkfs.${type}`, ['-q', ...options, image]);
    run('mount', ['-t', type, '-o', `loop${mountOptions}`, image, folder]);
  } catch (failure) {
    rmSync(place, { recursive: true, force: true });
    throw failure;
  }
  return {
    folder,
    close: () => {
      run('umount', [folder]);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** `false`, or why there is none of this kind here. */
export function lacksFileSystem(fresh: Fresh): string | false {
  try {
    freshFileSystem(fresh).close();
    return false;
  } catch (failure) {
    return `no images with ${fresh.type} can be mounted here: ${failure instanceof Error ? failure.message : ''}`;
  }
}

export function run(program: string, options: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.trim()}`);
}
