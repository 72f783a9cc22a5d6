/** The frame of every page of the site: it needs no server and no network, and says what it is made of. */
import { printable } from '../../bytes.ts';
import { contentPolicy } from '../../report/html/content-policy.ts';
import { escapeMarkup } from '../../report/markup.ts';
import { siteStyle } from './site-style.ts';

export const sitePages = [
  { file: 'index.html', title: 'Overview' },
  { file: 'packages.html', title: 'Packages' },
  { file: 'changes.html', title: 'Changes' },
  { file: 'open.html', title: 'Not judged' },
] as const;
export type SitePage = (typeof sitePages)[number]['file'];

export interface PageContent {
  /** Text. */
  readonly title: string;
  /** The page of the list that it is, or belongs to. */
  readonly page: SitePage;
  /** Where the site's root is from here. */
  readonly base: '' | '../';
  /** Markup. */
  readonly main: string;
  /** What the page is made of, as text. */
  readonly made: string;
  /** Plain JavaScript; empty where the page needs none. */
  readonly script?: string;
  /** Values that the script reads, by the id of their element. */
  readonly data?: { readonly id: string; readonly value: unknown };
}

/** The complete file; it ends with a newline. */
export function sitePage({ title, page, base, main, made, script = '', data }: PageContent): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(siteStyle, script)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${text(title)} – wolfi-repro</title>`,
    `<link rel="alternate" type="application/atom+xml" title="Changes" href="${base}feed.xml">`,
    `<style>${siteStyle}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#main">To the content</a>',
    `<nav aria-label="Pages"><ul>${sitePages.map((each) => navigation(each, page, base)).join('')}<li><a href="${base}feed.xml">Feed</a></li></ul></nav>`,
    `<main id="main">`,
    `<h1>${text(title)}</h1>`,
    main,
    '</main>',
    `<footer><p>${text(made)} “Reproduced” says that the recipe, the environment and the sources of the plan give the published file to the last byte. It does not say that they are harmless.</p></footer>`,
    ...(data === undefined ? [] : [dataElement(data)]),
    ...(script === '' ? [] : [`<script>${script}</script>`]),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function navigation({ file, title }: (typeof sitePages)[number], page: SitePage, base: string): string {
  return `<li><a href="${base}${file}"${file === page ? ' aria-current="page"' : ''}>${title}</a></li>`;
}

/** JSON in an element that nothing runs. No `<` is left in it, so none can end the element (HTML, 4.12.1.3). */
function dataElement({ id, value }: NonNullable<PageContent['data']>): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`;
}

/** Text of whoever made a package as HTML: it steers nothing and is not markup. */
export function text(value: string): string {
  return escapeMarkup(printable(value));
}

export interface TableColumn {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A table whose rows are below each other where the screen is narrow. Cells are markup. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string {
  const head = columns.map(
    ({ title, isNumber }) => `<th scope="col"${isNumber ? ' class="n"' : ''}>${text(title)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, at) => {
      const { title, isNumber } = columns[at]!;
      return `<td${isNumber ? ' class="n"' : ''} data-label="${text(title)}">${cell}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table class="stack"><caption>${text(caption)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`;
}
