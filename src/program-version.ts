/** The version of this program, from its own package.json. */
import { readFileSync } from 'node:fs';

export const programVersion: string = readVersion();

function readVersion(): string {
  // dist/program-version.js lies one folder below package.json, what is bundled into dist/bin and .build/src/program-version.js two.
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      const { name, version } = JSON.parse(text) as { readonly name: string; readonly version: string };
      if (name === 'wolfi-repro') return version;
    } catch {
      // The next place is tried.
    }
  }
  return '0.0.0';
}
