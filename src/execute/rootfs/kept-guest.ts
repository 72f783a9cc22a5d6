/** Guests on disk, kept and shared between builds: each is made beside the others and put in its place when it is complete. */
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBytes, diskPath } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { makeRunDirectory, removeTree, sweepRunDirectories } from '../run-directory.ts';
import type { IdMap } from '../sandbox/id-map.ts';
import { lendOwn } from '../sandbox/reach.ts';

/** Where guests are kept, and whose they are. */
export interface GuestShelf {
  readonly directory: string;
  readonly ids: IdMap;
}

/** The folder of a guest by its name; root's own guests belong to the ids that it lends. */
export function keptGuest({ directory, ids }: GuestShelf, name: string): string {
  return join(directory, ids.lent ? `${name}.${ids.uid}` : name);
}

/** The description of a kept guest; undefined where it is not kept. */
export function guestDescription(kept: string): unknown {
  const described = join(kept, 'guest.json');
  return existsSync(described) ? JSON.parse(readFileSync(described, 'utf8')) : undefined;
}

/**
 * Has a guest made in an empty root and keeps it with its description. An incomplete guest is never seen under its name.
 * @returns the description
 */
export async function keepGuest<T>(
  { directory, ids }: GuestShelf,
  kept: string,
  make: (root: string) => Promise<T>,
): Promise<T> {
  await sweepRunDirectories(directory, ids);
  const aside = await makeRunDirectory(directory);
  try {
    const root = join(aside, 'root');
    mkdirSync(root, { mode: 0o700 });
    const description = await make(root);
    await lendOwn(ids, [root]);
    writeFileSync(join(aside, 'guest.json'), JSON.stringify(description));
    publish(aside, kept);
    return description;
  } finally {
    await removeTree(aside, ids);
  }
}

/** Puts a guest in its place. Another process may have been faster; its guest is the same. */
function publish(aside: string, kept: string): void {
  try {
    renameSync(aside, kept);
  } catch (failure) {
    if (guestDescription(kept) === undefined) throw failure;
  }
}

/** The most bytes of a file of a guest that is read as text: accounts, the list of packages. Those of large images have some ten MiB. */
const mostTextBytes = 64 * 1024 * 1024;

/**
 * Text of a file of a guest, undefined where there is none. The parents of a resolved path are real directories, so only the last part must
 * not be a link. Fails with `environment-invalid` for a file that is larger than any of its kind.
 */
export function readInside(root: string, path: string): string | undefined {
  const file = diskPath(root, path);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  if (stat.size > mostTextBytes)
    throw new Failure('environment-invalid', 'a file of the environment is too large to be read', {
      got: path,
    });
  return decodeBytes(readFileSync(file));
}
