/** Writes the manual page of what was built: `dist/man/wolfi-repro.1`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const { commandTree } = await import(new URL('dist/cli/program.js', root).href);
const { manPage } = await import(new URL('dist/cli/help/man-page.js', root).href);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
mkdirSync(new URL('dist/man/', root), { recursive: true });
writeFileSync(
  new URL('dist/man/wolfi-repro.1', root),
  manPage(
    commandTree(() => undefined),
    version,
  ),
);
