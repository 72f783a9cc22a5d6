/** Paths that were typed. */
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { folderBelow } from '../folders.ts';
import { notWritten, requireNamed, statNamed } from '../named-path.ts';

/** Fails with `usage` unless every name is a file that can be read. */
export function requireFiles(paths: readonly string[]): void {
  for (const path of paths) requireNamed(path, 'file');
}

/** Fails with `usage` unless every name is a file or a folder. */
export function requireFilesOrFolders(paths: readonly string[]): void {
  for (const path of paths) requireNamed(path, 'file or folder');
}

/** The folder as an absolute path. Fails with `usage` unless it is one. */
export function requireFolder(path: string): string {
  requireNamed(path, 'folder');
  return resolve(path);
}

/** Makes a folder that is written to later, so that nothing is built whose result has no place. Fails with `usage` where it cannot be written to. */
export function requireWritableFolder(path: string): string {
  const folder = resolve(path);
  try {
    folderBelow(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw notWritten(path, cause);
  }
  return folder;
}

/** Requires that a file can be written, whether or not it is there. Fails with `usage`. */
export function requireWritableFile(path: string): void {
  const there = statNamed(path);
  if (there?.isDirectory() === true) throw notWritten(path, { code: 'EISDIR' });
  try {
    accessSync(there === undefined ? dirname(path) : path, constants.W_OK);
  } catch (cause) {
    throw notWritten(path, cause);
  }
}
