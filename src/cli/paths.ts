/** Paths that were typed: they must exist. */
import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { shownTyped } from '../address.ts';
import { Failure } from '../failure.ts';

/** Fails with `usage` unless every name is a file that can be read. */
export function requireFiles(paths: readonly string[]): void {
  for (const path of paths) {
    const stat = statOf(path);
    if (stat?.isFile() !== true) throw new Failure('usage', `${shownTyped(path)} is not a file`);
  }
}

/** Fails with `usage` unless every name is a file or a folder. */
export function requireFilesOrFolders(paths: readonly string[]): void {
  for (const path of paths) {
    const stat = statOf(path);
    if (stat?.isFile() !== true && stat?.isDirectory() !== true) {
      throw new Failure('usage', `${shownTyped(path)} is not a file or folder`);
    }
  }
}

export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new Failure('usage', `${shownTyped(path)} cannot be reached`, { cause });
  }
}

/** The folder as an absolute path. Fails with `usage` unless it is one. */
export function requireFolder(path: string): string {
  const stat = statOf(path);
  if (stat?.isDirectory() !== true) throw new Failure('usage', `${shownTyped(path)} is not a folder`);
  return resolve(path);
}
