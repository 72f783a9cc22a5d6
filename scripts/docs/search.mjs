/** The page that searches: the index was made before, and lies in the page, since a browser gives a page from disk no other file. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import MiniSearch from 'minisearch';
import { frame } from './site.mjs';

const library = join(dirname(createRequire(import.meta.url).resolve('minisearch')), '../umd/index.js');
/** How the index is made and read: the same on both sides. */
const options = { fields: ['name', 'title', 'page', 'text'], storeFields: ['title', 'page', 'file', 'text'] };

/**
 * @param {readonly import('./markdown.mjs').Page[]} pages
 * @param {readonly import('./contents.mjs').Group[]} groups
 * @param {string} version
 */
export function searchPage(pages, groups, version) {
  const index = new MiniSearch(options);
  index.addAll(
    pages.flatMap(({ file, title: page, sections }) =>
      sections.map(({ anchor, title, text }) => ({
        id: `${file}#${anchor}`,
        file: anchor === '' ? file : `${file}#${anchor}`,
        title,
        page,
        // What a page is called in reports and by its file, such as the kind of a cause.
        name: anchor === '' ? posix.basename(file, '.html') : '',
        text: text.slice(0, 4000),
      })),
    ),
  );
  // No `<` is left in it, so nothing ends the element (HTML, 4.12.1.3).
  const json = JSON.stringify(index).replaceAll('<', '\\u003c');
  const umd = readFileSync(library, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return frame(
    {
      file: 'search.html',
      title: 'Search',
      main: `<h1>Search</h1>
<noscript><p>The search needs a script; the pages do not.</p></noscript>
<p id="count" role="status"></p>
<ol class="results" id="results"></ol>`,
      data: `<script type="application/json" id="index">${json}</script>\n`,
      script: `${umd}\n(${search})(${JSON.stringify(options)});`,
    },
    groups,
    pages,
    version,
  );
}

/**
 * Runs in the page.
 * @param {object} given
 */
function search(given) {
  const {
    MiniSearch: Index,
    document,
    location,
    URLSearchParams: Parameters,
  } = /** @type {any} */ (globalThis);
  const input = document.querySelector('input[name=q]');
  const [count, results] = ['count', 'results'].map((id) => document.getElementById(id));
  const index = Index.loadJSON(document.getElementById('index').textContent, given);
  const asked = new Parameters(location.search).get('q') ?? '';
  input.value = asked;
  const show = () => {
    const found = index.search(input.value, {
      prefix: true,
      fuzzy: 0.15,
      boost: { name: 6, title: 4, page: 2 },
      combineWith: 'AND',
    });
    count.textContent =
      input.value.trim() === ''
        ? 'Type what you look for.'
        : `${found.length} found${found.length > 40 ? ', the best 40 shown' : ''}`;
    results.replaceChildren(...found.slice(0, 40).map(itemOf));
  };
  /** @param {any} hit */
  const itemOf = ({ title, page, file, text, terms }) => {
    const [item, link, excerpt] = ['li', 'a', 'p'].map((name) => document.createElement(name));
    link.href = file;
    link.textContent = title === page ? title : `${page}: ${title}`;
    const lower = text.toLowerCase();
    const places = terms
      .map((/** @type {string} */ term) => lower.indexOf(term))
      .filter((/** @type {number} */ at) => at >= 0);
    const from = Math.max(0, Math.min(...places, text.length) - 60);
    excerpt.textContent =
      places.length === 0 ? text.slice(0, 180) : `${from === 0 ? '' : '… '}${text.slice(from, from + 220)} …`;
    item.append(link, excerpt);
    return item;
  };
  input.addEventListener('input', show);
  input.focus();
  show();
}
