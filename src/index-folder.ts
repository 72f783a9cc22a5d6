/** Makes a repository that apk can use out of a folder of packages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readApk } from './apk/read-apk.ts';
import { compareBytes } from './bytes.ts';
import { emitIndex, type IndexSigner, indexRecord } from './emit/index-archive.ts';
import { Failure } from './failure.ts';
import { writeBelow } from './folders.ts';
import { fileSource } from './inputs/store/files.ts';
import { ownFileName } from './names.ts';

export interface IndexedFolder {
  readonly path: string;
  readonly packages: number;
}

/**
 * Writes `APKINDEX.tar.gz` over all packages of a folder (`<repository>/<arch>`), in the order of their names. Fails as `readApk`
 * does for a file that is not a package, and with `usage` where there is no package.
 */
export async function indexFolder(folder: string, signer: IndexSigner | undefined): Promise<IndexedFolder> {
  const names = packageNames(folder);
  const records: string[] = [];
  for (const name of names) records.push(indexRecord(await readApk(fileSource(join(folder, name)))));
  const path = await writeBelow(folder, ownFileName('APKINDEX.tar.gz'), [emitIndex(records, '', signer)]);
  return { path, packages: names.length };
}

/** The names of the packages of a folder, sorted. Fails with `usage` where there is none. */
export function packageNames(folder: string): string[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.apk'))
    .sort(compareBytes);
  if (names.length === 0) throw new Failure('usage', `${folder} has no packages`);
  return names;
}
