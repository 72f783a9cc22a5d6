/** Files inside packages that judge what we write. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The text of a file that a development dependency carries. */
export function readFromPackage(specifier: string): string {
  return readFileSync(require.resolve(specifier), 'utf8');
}
