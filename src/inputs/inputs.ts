/** Everything that is read for a plan, from what the user named: folders, or addresses through a store of downloads. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Sha256, sha256 } from '../digest.ts';
import { download } from './download.ts';
import { hashFile, isAddress, readSmallFile } from './files.ts';

export interface Inputs {
  /** A small file (an index, a key) by location; undefined where there is none. */
  read(location: string): Promise<Uint8Array | undefined>;
  /** Path of a file on this machine, downloaded first where its location is an address. */
  obtain(location: string): Promise<string | undefined>;
  hash(location: string): Promise<Sha256 | undefined>;
}

const mostIndexBytes = 512 * 1024 * 1024;
const mostFileBytes = 8 * 1024 ** 3;

/** @param store folder for downloads; what is in it is always checked against a digest before it is used */
export function machineInputs(store: string, signal: AbortSignal): Inputs {
  const hashes = new Map<string, Promise<Sha256 | undefined>>();
  const obtained = new Map<string, Promise<string | undefined>>();
  const obtainNow = async (location: string): Promise<string | undefined> => {
    if (!isAddress(location)) return isFile(location) ? location : undefined;
    const path = join(store, 'downloads', sha256(Buffer.from(location)));
    if (existsSync(path)) return path;
    return (await download(location, path, { mostBytes: mostFileBytes, signal })) ? path : undefined;
  };
  const obtain = (location: string) => once(obtained, location, obtainNow);
  return {
    obtain,
    async read(location) {
      if (!isAddress(location)) return readSmallFile(location, mostIndexBytes);
      // An index changes under its address: it is fetched each time.
      const path = join(store, 'indexes', sha256(Buffer.from(location)));
      const found = await download(location, path, { mostBytes: mostIndexBytes, signal });
      return found ? readFileSync(path) : undefined;
    },
    hash: (location) =>
      once(hashes, location, async () => {
        const path = await obtain(location);
        return path === undefined ? undefined : hashFile(path);
      }),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function once<V>(known: Map<string, Promise<V>>, key: string, make: (key: string) => Promise<V>): Promise<V> {
  const made = known.get(key) ?? make(key);
  known.set(key, made);
  return made;
}
