/** Notes on the indexes of repositories: their parsed form, and the newest build that each listed. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Signature } from '../../apk/apk-signature.ts';
import { type Sha256, sha256 } from '../../digest.ts';
import type { RecordFaults } from '../../repository/records.ts';
import type { CachedIndex, IndexCache, NewestBuilds } from '../../repository/repository.ts';
import { isAddress } from './files.ts';
import type { Store } from './store.ts';

/** Raise this number when the form of the table changes. */
const generation = 2;
/** A build that is dated later than tomorrow comes from a wrong clock, and would make every later index look old. */
const tomorrowSeconds = 24 * 3600;

interface IndexNote {
  readonly text: Sha256;
  readonly table: Sha256;
  readonly signedFrom: number;
  readonly newestBuild: number;
  readonly faults: RecordFaults;
  readonly signatures: readonly (Omit<Signature, 'bytes'> & { readonly bytes: string })[];
}

/** Parsed indexes in the store. One that was damaged is parsed again. */
export function indexCache(store: Store): IndexCache {
  const nameOf = (digest: Sha256) => `index ${generation} ${digest}`;
  return {
    async recall(digest) {
      const recalled = store.recall(nameOf(digest));
      if (recalled === undefined) return undefined;
      const note = JSON.parse(recalled) as IndexNote;
      const [text, table] = await Promise.all([store.get(note.text), store.get(note.table)]);
      if (text === undefined || table === undefined) return undefined;
      const signatures = note.signatures.map((each) => ({
        ...each,
        bytes: Buffer.from(each.bytes, 'base64'),
      }));
      return { ...note, signatures, text: readFileSync(text), table: readTable(table) };
    },
    remember(digest, { signatures, signedFrom, text, table, newestBuild, faults }: CachedIndex) {
      const note: IndexNote = {
        text: store.add(text),
        table: store.add(new Uint8Array(table.buffer, table.byteOffset, table.byteLength)),
        signedFrom,
        newestBuild,
        faults,
        signatures: signatures.map((each) => ({
          ...each,
          bytes: Buffer.from(each.bytes).toString('base64'),
        })),
      };
      store.remember(nameOf(digest), JSON.stringify(note));
    },
  };
}

function readTable(path: string): Uint32Array {
  const bytes = Uint8Array.from(readFileSync(path));
  return new Uint32Array(bytes.buffer);
}

export function newestBuilds(store: Store): NewestBuilds {
  // A folder is the same repository under every path, and a relative path is a different repository in a different working directory.
  const placeOf = (location: string) => (isAddress(location) ? location : resolve(location));
  const nameOf = (location: string) => `newest build of ${sha256(Buffer.from(placeOf(location)))}`;
  return {
    recall(location) {
      const text = store.recall(nameOf(location));
      return text === undefined || !/^\d{1,12}$/.test(text) ? undefined : Number(text);
    },
    remember(location, newestBuild) {
      if (newestBuild > Date.now() / 1000 + tomorrowSeconds) return;
      store.remember(nameOf(location), String(newestBuild));
    },
  };
}
