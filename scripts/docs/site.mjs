/** The frame of every page: it needs no server, no network, and but for the search no script. */
import { createHash } from 'node:crypto';
import { escaped, relativeLink } from './markdown.mjs';

const { palette, printPalette } = await import(
  new URL('../../dist/report/html/palette.js', import.meta.url).href
);

/**
 * @typedef {import('./markdown.mjs').Page} Page
 * @typedef {import('./contents.mjs').Group} Group
 */

const style = `
${palette}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
a { color: var(--focus); } :focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .3rem; background: var(--paper); padding: .3rem; z-index: 1; }
header { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; align-items: center; justify-content: space-between; padding: .6rem 1.2rem; border-bottom: 1px solid var(--line); }
header .name { font-weight: 650; color: var(--ink); text-decoration: none; font-size: 1.1rem; } header .name small { color: var(--faint); font-weight: 400; }
form { display: flex; gap: .4rem; } input, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: .3rem; padding: .2rem .5rem; }
input { width: min(16rem, 55vw); } button { cursor: pointer; }
.frame { display: grid; grid-template-columns: 14rem minmax(0, 50rem) minmax(0, 12rem); gap: 0 2.2rem; max-width: 88rem; margin: 0 auto; padding: 0 1.2rem; }
nav { font-size: .93rem; line-height: 1.45; } nav ul { list-style: none; padding: 0; margin: 0 0 .8rem; } nav li { padding: .12rem 0; }
nav h2 { font-size: .8rem; margin: 1rem 0 .2rem; border: 0; padding: 0; color: var(--faint); text-transform: uppercase; letter-spacing: .04em; }
nav a { text-decoration: none; } nav a:hover { text-decoration: underline; } nav [aria-current] { color: var(--ink); font-weight: 600; }
.pages, .here { align-self: start; position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: .6rem 0 2rem; }
.here li.deep { padding-left: .8rem; } summary { cursor: pointer; }
main { padding: .6rem 0 3rem; min-width: 0; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: .8rem 0 .8rem; } h2 { font-size: 1.35rem; margin: 2.2rem 0 .6rem; padding-top: .4rem; border-top: 1px solid var(--line); } h3 { font-size: 1.08rem; margin: 1.6rem 0 .4rem; }
h1, h2, h3 { scroll-margin-top: .5rem; }
code { font: .88em/1.45 ui-monospace, monospace; background: var(--code); padding: .1em .25em; border-radius: .2rem; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .9rem; overflow-x: auto; } pre code { background: none; padding: 0; }
.table { overflow-x: auto; margin: .8rem 0; } table { border-collapse: collapse; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); min-width: 5rem; } th { font-weight: 600; }
td code { overflow-wrap: anywhere; } td:first-child > code:only-child { white-space: nowrap; overflow-wrap: normal; }
.file { border-bottom: 1px dotted var(--faint); } blockquote { margin: .8rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
.turn { display: flex; justify-content: space-between; gap: 1rem; margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem; }
.results { padding-left: 0; list-style: none; } .results li { padding: .5rem 0; border-bottom: 1px solid var(--line); } .results p { margin: .1rem 0; color: var(--faint); } mark { background: var(--pb); color: inherit; }
:root { --code: #f3f5f7; } @media (prefers-color-scheme: dark) { :root { --code: #171c23; } }
.to-pages { display: none; }
@media (max-width: 75rem) { .frame { grid-template-columns: 14rem minmax(0, 1fr); } .here { display: none; } }
@media (max-width: 48rem) {
  .frame { display: flex; flex-direction: column; padding: 0 1rem; } .pages { order: 1; position: static; width: 100%; max-height: none; border-top: 1px solid var(--line); }
  .to-pages { display: block; } h1 { font-size: 1.55rem; } nav li { padding: .3rem 0; }
}
@media print {
${printPalette}
  header, nav, .turn, .skip { display: none !important; } .frame { display: block; max-width: none; padding: 0; } body { font-size: 10pt; }
  pre, .table { overflow: visible; white-space: pre-wrap; } .table { white-space: normal; } h2, h3 { break-after: avoid; } pre, tr { break-inside: avoid; }
}
`;

/** @param {string} text */
const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The whole file.
 * @param {{ file: string, title: string, main: string, aside?: string, script?: string, data?: string }} content
 * @param {readonly Group[]} groups
 * @param {readonly Page[]} pages
 * @param {string} version
 */
export function frame({ file, title, main, aside = '', script = '', data = '' }, groups, pages, version) {
  const to = (/** @type {string} */ other) => relativeLink(file, { file: other, anchor: '' });
  const policy = `default-src 'none'; style-src ${digest(style)}; script-src ${script === '' ? "'none'" : digest(script)}; base-uri 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} – wolfi-repro</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<a class="name" href="${to('index.html')}">wolfi-repro <small>${version}</small></a>
<a class="to-pages" href="#pages">All pages</a>
<form role="search" action="${to('search.html')}"><input type="search" name="q" aria-label="Search these pages"><button>Search</button></form>
</header>
<div class="frame">
<nav class="pages" id="pages" aria-label="Pages">
${groups.map((group) => groupList(group, file, pages)).join('\n')}
</nav>
<main id="main">
${main}
</main>
${aside}
</div>
${data}${script === '' ? '' : `<script>${script}</script>\n`}</body>
</html>
`;
}

/**
 * A group of pages; one that is long has its list only where one of its pages is shown.
 * @param {Group} group
 * @param {string} file
 * @param {readonly Page[]} pages
 */
function groupList({ title, paths, isLong = false }, file, pages) {
  const own = paths.flatMap((path) => pages.find((page) => page.path === path) ?? []);
  const isHere = own.some((page) => page.file === file);
  const items = own.map(
    (page) =>
      `<li><a href="${relativeLink(file, { file: page.file, anchor: '' })}"${page.file === file ? ' aria-current="page"' : ''}>${escaped(shortTitle(page))}</a></li>`,
  );
  const list = `<ul>\n${items.join('\n')}\n</ul>`;
  const id = title.toLowerCase().replaceAll(' ', '-');
  return isLong && !isHere
    ? `<h2 id="nav-${id}">${title}</h2>\n<details><summary>${own.length} pages</summary>${list}</details>`
    : `<h2 id="nav-${id}">${title}</h2>\n${list}`;
}

/** @param {Page} page */
function shortTitle({ path, title }) {
  return path === 'README.md' ? 'What it is' : title;
}

/**
 * @param {Page} page
 * @param {readonly Group[]} groups
 * @param {readonly Page[]} pages
 * @param {string} version
 */
export function framed(page, groups, pages, version) {
  const { file, title, html } = page;
  const at = pages.indexOf(page);
  const turn = [pages[at - 1], pages[at + 1]].map((other, index) =>
    other === undefined
      ? '<span></span>'
      : `<a rel="${index === 0 ? 'prev' : 'next'}" href="${relativeLink(file, { file: other.file, anchor: '' })}">${index === 0 ? '← ' : ''}${escaped(shortTitle(other))}${index === 1 ? ' →' : ''}</a>`,
  );
  const main = `${html}<p class="turn">${turn.join('')}</p>`;
  return frame({ file, title, main, aside: headingList(page) }, groups, pages, version);
}

/** @param {Page} page */
function headingList({ sections }) {
  const listed = sections.filter(({ anchor }) => anchor !== '');
  if (listed.length < 2) return '';
  const items = listed.map(({ anchor, title }) => `<li><a href="#${anchor}">${escaped(title)}</a></li>`);
  return `<nav class="here" aria-label="On this page"><h2>On this page</h2><ul>\n${items.join('\n')}\n</ul></nav>`;
}
