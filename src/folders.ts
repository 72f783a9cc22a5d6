/**
 * Opens what lies below a folder of the user's: an output folder, a folder of logs, the cache. No other file does. The folder
 * itself is where the user says it is, links included; below it no link is followed, so that a planted link leads nowhere.
 */
import {
  closeSync,
  constants,
  createWriteStream,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from './failure.ts';
import { ownFileName, type PathPart } from './names.ts';
import { ownedPrefix } from './process-marks.ts';

/** A folder below a root, which is made where it does not exist. Fails with `usage` where something else, such as a link, is in its place. */
export function folderBelow(root: string, ...parts: readonly PathPart[]): string {
  mkdirSync(root, { recursive: true });
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    if (statOf(path) === undefined) makeFolder(path);
    if (statOf(path)?.isDirectory() !== true) throw notFollowed(path, 'folder');
  }
  return path;
}

/** Makes a folder; another process may have made it in the meantime. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
  }
}

function statOf(path: string) {
  return lstatSync(path, { throwIfNoEntry: false });
}

function notFollowed(path: string, what: 'folder' | 'file'): Failure {
  return new Failure(
    'usage',
    `${path} is not a ${what}, and links are not followed below a folder that is written to`,
    {
      hint: `remove it, or name the ${what} that it leads to`,
    },
  );
}

let count = 0;

/**
 * Writes a complete file: aside in the same folder, then renamed over whatever had its name, even a link.
 * @param folder as `folderBelow` gives it, or one that the user named
 */
export async function writeBelow(
  folder: string,
  name: PathPart,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<string> {
  count += 1;
  const aside = join(folder, `${ownedPrefix()}${count}.part`);
  const path = join(folder, name);
  try {
    // O_EXCL does not follow (open(2)).
    await pipeline(content, createWriteStream(aside, { flags: 'wx' }));
    if (statOf(path)?.isDirectory() === true) throw notFollowed(path, 'file');
    renameSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
  return path;
}

/** A folder of this program directly below one of the user's, such as one of the cache. */
export function ownFolder(path: string): string {
  return folderBelow(dirname(path), ownFileName(basename(path)));
}

/** The whole of a file that is not a link. */
export function readOwnFile(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Appends to a file, which is made where it does not exist. Fails with `usage` where something else is in its place. */
export function appendBelow(folder: string, name: PathPart, bytes: Uint8Array): void {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
  // A pipe without a reader must not block the run.
  writeTo(join(folder, name), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, bytes);
}

/** Requires, before there is anything to write, that no link is in the place of a file. Fails as `writeNamed` does. */
export function requireNoLink(path: string): void {
  if (statOf(path)?.isSymbolicLink() === true) throw notFollowed(path, 'file');
}

/** Writes a file that the user named. Fails with `usage` where a link is in its place: somebody else may have planted it and chosen where it leads. */
export function writeNamed(path: string, bytes: Uint8Array): void {
  const { O_CREAT, O_TRUNC, O_WRONLY } = constants;
  writeTo(path, O_WRONLY | O_CREAT | O_TRUNC, bytes);
}

function writeTo(path: string, flags: number, bytes: Uint8Array): void {
  let file: number;
  try {
    file = openSync(path, flags | constants.O_NOFOLLOW, 0o666);
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'ENXIO') throw notFollowed(path, 'file');
    throw failure;
  }
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  } finally {
    closeSync(file);
  }
}
