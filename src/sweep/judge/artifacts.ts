/** Results and logs of a sweep, by their digest. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { type Sha256, sha256 } from '../../digest.ts';
import { openStore } from '../../inputs/store/store.ts';
import { savedLimits } from '../../report/saved/saved-values.ts';

export interface Artifacts {
  put(bytes: Uint8Array): Promise<Sha256>;
  /** Undefined where there is none of at most `mostArtifactBytes`, or where it was changed. */
  get(digest: Sha256): Promise<Uint8Array | undefined>;
}

/** More is not read of any: nothing larger can be read as a result, and logs and recipes are smaller. */
export const mostArtifactBytes = savedLimits.bytes;

/** Those in a folder, which all machines of a sweep may write to. */
export function folderArtifacts(folder: string): Artifacts {
  const store = openStore(folder);
  return {
    put: async (bytes) => store.add(bytes),
    get: async (digest) => {
      const path = await store.get(digest, mostArtifactBytes);
      const bytes = path === undefined ? undefined : readBounded(path);
      // The store knows a file that nobody touched by its time, which whoever shares the folder can set.
      return bytes !== undefined && sha256(bytes) === digest ? bytes : undefined;
    },
  };
}

function readBounded(path: string): Buffer | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return fstatSync(file).size > mostArtifactBytes ? undefined : readFileSync(file);
  } finally {
    closeSync(file);
  }
}
