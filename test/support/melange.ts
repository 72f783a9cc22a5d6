/** A real melange, which no package manager brings: WOLFI_REPRO_MELANGE names it, or it lies on the search path. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function findMelange(): string | undefined {
  const named = process.env['WOLFI_REPRO_MELANGE'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, 'melange'))
    .find((path) => path.startsWith('/') && existsSync(path));
}
