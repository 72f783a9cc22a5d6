/** Where results and logs of a sweep are kept: beside its journal, or in a folder or bucket that is named. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadArtifact } from '../status/stored-plans.ts';
import { type Artifacts, folderArtifacts } from '../sweep/judge/artifacts.ts';
import { isDatabase } from './open-sweep.ts';
import { printNote } from './output.ts';
import { requireFolder } from './paths.ts';

/** Results and logs in a folder, which is made where there is none, or in a bucket. Fails with `usage` for an address of anything else. */
export async function openArtifacts(named: string): Promise<Artifacts> {
  if (!named.includes('://')) return folderArtifacts(named);
  const { bucketArtifacts, parseBucket } = await import('../sweep/remote/bucket-artifacts.ts');
  const { signal } = new AbortController();
  return bucketArtifacts(parseBucket(named, process.env), { signal, now: Date.now });
}

/**
 * Reads results and logs of a sweep: from where they are said to be, else from beside its journal; nothing is found where it kept none.
 * @param named what `--artifacts` says
 */
export async function artifactsOf(sweep: string, named: string | undefined): Promise<ReadArtifact> {
  if (named !== undefined) {
    const artifacts = await openArtifacts(named.includes('://') ? named : requireFolder(named));
    return (digest) => artifacts.get(digest);
  }
  if (isDatabase(sweep)) {
    printNote(
      'wolfi-repro: results of a sweep in a database are elsewhere, and are not read: name the place with --artifacts, as for its workers',
    );
    return async () => undefined;
  }
  const folder = join(sweep, 'artifacts');
  return existsSync(folder) ? folderArtifacts(folder).get : async () => undefined;
}
