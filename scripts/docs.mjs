/**
 * `npm run docs`: writes the pages of docs/ as a site that opens from its folder and can be published as it is: `.build/docs`, or the folder that is
 * named. What was built is needed: commands and API are read from it. Fails where a page links to what is not there.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { contents } from './docs/contents.mjs';
import { pageOf, requireLinks } from './docs/markdown.mjs';
import { commandsMarkdown, folderMarkdown, schemasMarkdown } from './docs/reference.mjs';
import { searchPage } from './docs/search.mjs';
import { framed } from './docs/site.mjs';
import { root } from './setup.mjs';

const out = resolve(process.argv[2] ?? join(root, '.build/docs'));
/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Pages that are made here, by the path that a page of docs/ would have. */
const made = new Map([
  ['docs/commands.md', await commandsMarkdown()],
  ['docs/schemas.md', schemasMarkdown()],
  ['docs/differences/README.md', folderMarkdown('docs/differences', 'Causes of differences')],
  ['docs/decisions/README.md', folderMarkdown('docs/decisions', 'Decisions')],
]);

const groups = contents(made);
const pages = groups.flatMap(({ paths }) =>
  paths.map((path) => pageOf(path, made.get(path) ?? readFileSync(join(root, path), 'utf8'))),
);
requireLinks(pages);

rmSync(out, { recursive: true, force: true });
for (const page of pages) write(page.file, framed(page, groups, pages, version));
write('search.html', searchPage(pages, groups, version));
mkdirSync(join(out, 'schema'), { recursive: true });
for (const name of readdirSync(join(root, 'docs/schema'))) {
  cpSync(join(root, 'docs/schema', name), join(out, 'schema', name));
}
console.log(`${pages.length + 1} pages in ${out}: open ${join(out, 'index.html')}`);

/**
 * @param {string} file below the folder of the site
 * @param {string} text
 */
function write(file, text) {
  mkdirSync(dirname(join(out, file)), { recursive: true });
  writeFileSync(join(out, file), text);
}
