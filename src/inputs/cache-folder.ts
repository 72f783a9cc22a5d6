/** Where everything is kept that can be thrown away. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '../failure.ts';

/** The cache folder: the named one, or the one that the XDG base directory specification gives. */
export function cacheDirectory(named: string | undefined): string {
  if (named !== undefined) return resolve(named);
  const base = process.env['XDG_CACHE_HOME'] ?? '';
  return join(base.startsWith('/') ? base : join(homeDirectory(), '.cache'), 'wolfi-repro');
}

function homeDirectory(): string {
  try {
    return homedir();
  } catch (cause) {
    throw new Failure('usage', 'this user has no home folder: name a folder with --cache', { cause });
  }
}
