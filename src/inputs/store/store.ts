/**
 * The store: files by their SHA-256, and names that lead to them. Written aside and renamed, read-only, safe for several
 * processes at once; whatever is in it can be thrown away at any time.
 *
 * An intact object carries a time of change that is derived from its digest. A write to it changes that time, so the
 * inode shows whether an object was touched; a touched one is hashed again, and dropped unless it is intact.
 */
import { chmodSync, lstatSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseSha256, type Sha256, sha256 } from '../../digest.ts';
import { folderBelow, readOwnFile } from '../../folders.ts';
import { ownFileName } from '../../names.ts';
import { hashFile } from './files.ts';
import { namesIn, ownedName, sweepAbandoned } from './temporary-names.ts';

export interface StoredObject {
  readonly sha256: Sha256;
  readonly bytes: number;
  /** Milliseconds since 1970 of its last use. */
  readonly usedAt: number;
}

export interface Store {
  readonly folder: string;
  /** Folder for downloads under way. */
  readonly partials: string;
  /** A temporary path on the same file system for a future object. */
  aside(): string;
  /** Takes a finished file from aside under the digest that it was found to have; the file is moved, or removed where the store has it. */
  adopt(aside: string, digest: Sha256): Promise<string>;
  /** Adds bytes. */
  add(bytes: Uint8Array): Sha256;
  /**
   * Path of an intact object; undefined where there is none, or where it was changed (it is then dropped).
   * @param mostBytes a larger one is not looked at, and there is none
   */
  get(digest: Sha256, mostBytes?: number): Promise<string | undefined>;
  /** Remembers something small under a name; `undefined` forgets it. */
  remember(name: string, value: string | undefined): void;
  recall(name: string): string | undefined;
  list(): readonly StoredObject[];
  /** Hashes every object; removes and returns those that do not match their name. */
  verify(): Promise<readonly Sha256[]>;
  remove(digest: Sha256): void;
}

const holders = 'holders';

/**
 * The time in milliseconds since 1970 since when living processes may be using the store: an object that was used later
 * must not be removed. Undefined where there are none.
 */
export function heldSince(folder: string): number | undefined {
  const place = join(folder, holders);
  sweepAbandoned(place);
  const times = namesIn(place).flatMap(
    (name) => statSync(join(place, name), { throwIfNoEntry: false })?.mtimeMs ?? [],
  );
  return times.length === 0 ? undefined : times.reduce((least, time) => Math.min(least, time));
}

/** Marks the store as used by this process, until it ends. */
function hold(folder: string): void {
  const mark = join(folder, holders, ownedName());
  try {
    storeFolder(folder, holders);
    writeFileSync(mark, '', { flag: 'wx' });
    process.once('exit', () => rmSync(mark, { force: true }));
  } catch {
    // A store that belongs to somebody else can be read all the same.
  }
}

/** A folder of the store; no link is followed below the cache. */
function storeFolder(folder: string, ...parts: readonly string[]): string {
  return folderBelow(dirname(folder), ...[basename(folder), ...parts].map(ownFileName));
}

/** Opens the store below a folder, and removes what killed processes left aside. */
export function openStore(folder: string): Store {
  const objects = join(folder, 'objects', 'sha256');
  const asides = join(folder, 'aside');
  const notes = join(folder, 'notes');
  let swept = false;
  let held = false;
  const use = () => {
    if (!held) hold(folder);
    held = true;
  };
  const pathOf = (digest: Sha256) => join(objects, digest.slice(0, 2), digest.slice(2));
  const noteOf = (name: string) => join(notes, sha256(Buffer.from(name)));
  const aside = () => {
    use();
    storeFolder(folder, 'aside');
    if (!swept) sweepAbandoned(asides);
    swept = true;
    return join(asides, ownedName());
  };
  const move = (from: string, digest: Sha256) => {
    const path = pathOf(digest);
    storeFolder(folder, 'objects', 'sha256', digest.slice(0, 2));
    seal(from, digest);
    renameSync(from, path);
    return path;
  };
  return {
    folder,
    partials: join(folder, 'partial'),
    aside,
    async adopt(from, digest) {
      const path = pathOf(digest);
      if (await isWhole(path, digest)) await rm(from, { force: true });
      else {
        await reachDisk(from);
        move(from, digest);
      }
      return path;
    },
    add(bytes) {
      const from = aside();
      writeFileSync(from, bytes, { flag: 'wx', flush: true });
      const digest = sha256(bytes);
      move(from, digest);
      return digest;
    },
    async get(digest, mostBytes) {
      use();
      const path = pathOf(digest);
      return (await isWhole(path, digest, mostBytes)) ? path : undefined;
    },
    remember(name, value) {
      if (value === undefined) return rmSync(noteOf(name), { force: true });
      const from = aside();
      writeFileSync(from, `${name}\n${value}`, { flag: 'wx' });
      storeFolder(folder, 'notes');
      renameSync(from, noteOf(name));
    },
    recall(name) {
      try {
        const text = readOwnFile(noteOf(name)).toString('utf8');
        return text.startsWith(`${name}\n`) ? text.slice(name.length + 1) : undefined;
      } catch {
        return undefined;
      }
    },
    list: () => listObjects(objects),
    async verify() {
      const bad: Sha256[] = [];
      for (const { sha256: digest } of listObjects(objects)) {
        const found = await hashPresent(pathOf(digest));
        if (found === digest || found === undefined) continue;
        rmSync(pathOf(digest), { force: true });
        bad.push(digest);
      }
      return bad;
    },
    remove: (digest) => rmSync(pathOf(digest), { force: true }),
  };
}

function listObjects(objects: string): StoredObject[] {
  return namesIn(objects).flatMap((prefix) =>
    namesIn(join(objects, prefix)).flatMap((rest) => {
      const digest = parseSha256(prefix + rest);
      const stat = statSync(join(objects, prefix, rest), { throwIfNoEntry: false });
      return digest === undefined || stat === undefined
        ? []
        : [{ sha256: digest, bytes: stat.size, usedAt: stat.atimeMs }];
    }),
  );
}

/** The stamp of a digest in seconds since 1970, in the years 1970 to 2004: never the time of a real write. */
function stampOf(digest: Sha256): number {
  return Number.parseInt(digest.slice(0, 8), 16) / 4;
}

/** Seals an object whose bytes have reached the disk. */
function seal(path: string, digest: Sha256): void {
  chmodSync(path, 0o444);
  utimesSync(path, Date.now() / 1000, stampOf(digest));
}

/** The digest of an object; undefined where another process has removed it. */
async function hashPresent(path: string): Promise<Sha256 | undefined> {
  try {
    return await hashFile(path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

async function reachDisk(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function isWhole(path: string, digest: Sha256, mostBytes = Number.POSITIVE_INFINITY): Promise<boolean> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size > mostBytes) return false;
  const touched = Math.abs(stat.mtimeMs / 1000 - stampOf(digest)) > 0.001;
  if (touched && (await hashPresent(path)) !== digest) {
    rmSync(path, { force: true });
    return false;
  }
  try {
    utimesSync(path, Date.now() / 1000, stampOf(digest));
  } catch {
    // A store that belongs to somebody else can be read all the same.
  }
  return true;
}
