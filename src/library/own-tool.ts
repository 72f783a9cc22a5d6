/** The version of this program, from its own package.json. */
import { readFileSync } from 'node:fs';
import type { Tool } from '../verdict/run-record.ts';

export const version: string = readVersion();

/** This program, as results name what made them. */
export const ownTool: Tool = { name: 'wolfi-repro', version };

function readVersion(): string {
  // dist/library/own-tool.js lies two folders below package.json, .build/src/library/own-tool.js three.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string })
        .version;
    } catch {
      // The next place is tried.
    }
  }
  return '0.0.0';
}
