/** How often a file is read from its beginning while something is done. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export async function countingReads<R>(
  file: string,
  work: () => Promise<R>,
): Promise<{ readonly result: R; readonly opened: number }> {
  const { createReadStream, readFileSync } = fs;
  let opened = 0;
  // Small files are read at once.
  fs.readFileSync = ((path, options) => {
    if (path === file) opened += 1;
    return readFileSync(path, options);
  }) as typeof readFileSync;
  fs.createReadStream = ((path, options) => {
    if (path === file) opened += 1;
    return createReadStream(path, options);
  }) as typeof createReadStream;
  syncBuiltinESMExports();
  try {
    return { result: await work(), opened };
  } finally {
    Object.assign(fs, { createReadStream, readFileSync });
    syncBuiltinESMExports();
  }
}
