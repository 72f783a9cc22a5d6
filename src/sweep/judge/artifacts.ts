/** Results and logs of a sweep, by their digest. */
import { readFileSync } from 'node:fs';
import type { Sha256 } from '../../digest.ts';
import { openStore } from '../../inputs/store/store.ts';

export interface Artifacts {
  put(bytes: Uint8Array): Promise<Sha256>;
  /** Undefined where there is none, or where it was changed. */
  get(digest: Sha256): Promise<Uint8Array | undefined>;
}

/** Those in a folder. */
export function folderArtifacts(folder: string): Artifacts {
  const store = openStore(folder);
  return {
    put: async (bytes) => store.add(bytes),
    get: async (digest) => {
      const path = await store.get(digest);
      return path === undefined ? undefined : readFileSync(path);
    },
  };
}
