/**
 * Paths that the user named and that are not what they should be: what lies there instead, and what to do. Every message about such a path is made here, so
 * none of them says less than that.
 */
import { accessSync, constants, lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { shownTyped } from './address.ts';
import { Failure, type FailureDetails } from './failure.ts';
import { nearNames } from './near-names.ts';

export type PathKind = 'file' | 'folder' | 'file or folder';

/** The most names of a folder that are looked at for those that were probably meant. */
const mostNames = 100_000;

/** What lies at a path, links followed; undefined where there is nothing. Fails with `usage` where this user may not know. */
export function statNamed(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if (codeOf(cause) === 'ENOTDIR') return undefined;
    throw unfit(path, reasonOf(cause), { cause, ...hintOf(cause) });
  }
}

/** Requires that a path is of a kind, and that this user may read it. Fails with `usage`. */
export function requireNamed(path: string, wanted: PathKind): Stats {
  const stat = statNamed(path);
  if (stat === undefined) throw missing(path, wanted);
  const isFile = stat.isFile() && wanted !== 'folder';
  if (!isFile && !(stat.isDirectory() && wanted !== 'file')) throw different(path, stat, wanted);
  try {
    accessSync(path, isFile ? constants.R_OK : constants.R_OK | constants.X_OK);
  } catch (cause) {
    throw notRead(path, cause);
  }
  return stat;
}

/** The failure for a path that could not be read. */
export function notRead(path: string, cause: unknown): Failure {
  return unfit(path, `cannot be read: ${reasonOf(cause)}`, { cause, ...hintOf(cause) });
}

/** The failure for a path that could not be written. */
export function notWritten(path: string, cause: unknown): Failure {
  return unfit(path, `cannot be written: ${reasonOf(cause)}`, { cause, ...hintOf(cause) });
}

/** The failure for a path at which there is nothing. */
export function missing(path: string, wanted: PathKind): Failure {
  if (path === '')
    return new Failure('usage', 'an empty name was given', {
      expected: `a ${wanted}`,
      hint: 'look at the variables of the shell in the command line: one of them may be empty',
    });
  if (path.includes('://'))
    return unfit(path, 'is an address', { expected: `a ${wanted}`, hint: 'fetch it, and name the file' });
  const target = linkTarget(path);
  if (target !== undefined)
    return unfit(path, `is a link to ${shownTyped(target)}, which does not exist`, {
      expected: `a ${wanted}`,
    });
  const gap = firstGap(path);
  if (gap !== undefined) return unfit(path, gap, { expected: `a ${wanted}` });
  if (/[*?[]/.test(path))
    return unfit(path, 'is a pattern that nothing matches', {
      expected: `a ${wanted}`,
      hint: 'look at the folder: the shell hands on a pattern as it is where nothing matches it',
    });
  const near = nearNames(basename(path), namesBeside(path), 3).map((name) => join(dirname(path), name));
  return unfit(path, 'does not exist', {
    expected: `a ${wanted}`,
    ...(near.length === 0 ? {} : { hint: `near it are ${near.map(shownTyped).join(', ')}` }),
  });
}

function unfit(path: string, what: string, details: FailureDetails): Failure {
  return new Failure('usage', `${shownTyped(path)} ${what}`, details);
}

function different(path: string, stat: Stats, wanted: PathKind): Failure {
  const [what, hint] = kinds.find(([, , is]) => is(stat)) ?? ['of no known kind', 'name a different one'];
  return unfit(path, `is ${what}`, { expected: `a ${wanted}`, hint });
}

/** What a path can be, what to do then, and how that is seen. */
const kinds: readonly (readonly [what: string, hint: string, is: (stat: Stats) => boolean])[] = [
  ['a file', 'name the folder that it lies in', (stat) => stat.isFile()],
  ['a folder', 'name a file in it', (stat) => stat.isDirectory()],
  ['a pipe', 'write what it gives to a file, and name that', (stat) => stat.isFIFO()],
  [
    'a device',
    'write what it gives to a file, and name that',
    (stat) => stat.isCharacterDevice() || stat.isBlockDevice(),
  ],
  ['a socket', 'write what it gives to a file, and name that', (stat) => stat.isSocket()],
];

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Which folder of a path is not there, or is not a folder; undefined where all of them are. */
function firstGap(path: string): string | undefined {
  let gap: string | undefined;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = lstatOrNothing(folder);
    if (stat !== undefined) {
      if (stat.isFile()) return `cannot exist: ${shownTyped(folder)} is a file`;
      return gap === undefined ? undefined : `does not exist: there is no folder ${shownTyped(gap)}`;
    }
    gap = folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function lstatOrNothing(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function namesBeside(path: string): string[] {
  try {
    return readdirSync(dirname(path)).slice(0, mostNames);
  } catch {
    return [];
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? 'unknown error';
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause);
  return reasons[code]?.why ?? code;
}

function hintOf(cause: unknown): { readonly hint?: string } {
  const hint = reasons[codeOf(cause)]?.hint;
  return hint === undefined ? {} : { hint };
}

/** Errors of errno(3) in words. */
const reasons: Readonly<Record<string, { readonly why: string; readonly hint?: string }>> = {
  EACCES: {
    why: 'this user has no permission',
    hint: 'look at the permissions of it and of the folders above it',
  },
  EPERM: {
    why: 'this user has no permission',
    hint: 'look at the permissions of it and of the folders above it',
  },
  EROFS: { why: 'its file system is read-only', hint: 'name a place on a different file system' },
  ENOSPC: {
    why: 'its file system is full',
    hint: 'make room there, or name a place on a different file system',
  },
  EDQUOT: {
    why: 'the quota of this user is used up',
    hint: 'make room there, or name a place on a different file system',
  },
  ELOOP: { why: 'its links lead in a circle' },
  ENAMETOOLONG: { why: 'its name is too long' },
  ENOENT: { why: 'a folder above it does not exist', hint: 'make the folder first' },
  ENOTDIR: { why: 'something above it is not a folder' },
  EISDIR: { why: 'it is a folder' },
  EEXIST: { why: 'something that is not a folder is in its place' },
};
