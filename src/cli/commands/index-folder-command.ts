/** `wolfi-repro index`. */
import { indexFolder } from '../../index-folder.ts';
import { readSigningKey } from '../options.ts';
import { printData } from '../output.ts';
import { requireFolder } from '../paths.ts';
import type { RawOptions } from '../raw-options.ts';

export async function indexCommand(folder: string, raw: RawOptions): Promise<number> {
  const key = readSigningKey(raw.signingKey);
  const { path } = await indexFolder(
    requireFolder(folder),
    key === undefined ? undefined : { key, algorithm: 'RSA256' },
  );
  printData(`${path}\n`);
  return 0;
}
