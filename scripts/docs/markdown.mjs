/** Pages of Markdown as HTML, with the anchors, links and text of each. */
import { posix } from 'node:path';
import { Marked } from 'marked';

/**
 * @typedef {object} Section
 * @property {string} anchor empty for what stands before the first heading below the title
 * @property {string} title
 * @property {string} text
 *
 * @typedef {object} Page
 * @property {string} path of its source, from the folder of the project
 * @property {string} file below the folder of the site
 * @property {string} title
 * @property {string} html
 * @property {readonly Section[]} sections
 * @property {readonly { file: string, anchor: string }[]} links to other pages of the site
 * @property {ReadonlySet<string>} anchors
 */

/**
 * @param {string} path of the source
 * @param {string} text Markdown
 * @returns {Page}
 */
export function pageOf(path, text) {
  const file = siteFile(path);
  /** @type {{ file: string, anchor: string }[]} */
  const links = [];
  /** @param {string} href @param {string} shown */
  const linkTo = (href, shown) => {
    const to = target(path, href);
    if (to === undefined) return `<span class="file" title="a file of the repository">${shown}</span>`;
    if (typeof to === 'string') return `<a href="${escaped(to)}">${shown}</a>`;
    links.push(to);
    return `<a href="${escaped(relativeLink(file, to))}">${shown}</a>`;
  };
  const marked = new Marked();
  const tokens = marked.lexer(text);
  const { sections, anchors } = sectionsOf(tokens);
  marked.use({ renderer: rendererOf(linkTo, anchors) });
  const html = marked.parser(tokens);
  return {
    path,
    file,
    title: sections[0]?.title ?? path,
    html,
    sections,
    links,
    anchors: new Set(anchors.values()),
  };
}

/**
 * @param {(href: string, shown: string) => string} linkTo
 * @param {ReadonlyMap<unknown, string>} anchors of headings, by their tokens
 * @returns {import('marked').RendererObject}
 */
function rendererOf(linkTo, anchors) {
  return {
    heading(token) {
      const anchor = anchors.get(token) ?? '';
      return `<h${token.depth} id="${anchor}">${this.parser.parseInline(token.tokens)}</h${token.depth}>\n`;
    },
    link({ href, tokens }) {
      return linkTo(href, this.parser.parseInline(tokens));
    },
    // What looks like markup in a page is a placeholder, as <name> is.
    html: ({ text }) => escaped(text),
    code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
    table({ header, rows }) {
      /** @param {import('marked').Tokens.TableCell} cell */
      const inner = (cell) => this.parser.parseInline(cell.tokens);
      const head = header.map((cell) => `<th scope="col">${inner(cell)}</th>`).join('');
      const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${inner(cell)}</td>`).join('')}</tr>`);
      return `<div class="table" tabindex="0"><table><thead><tr>${head}</tr></thead>\n<tbody>${body.join('\n')}</tbody></table></div>\n`;
    },
  };
}

/**
 * The sections of a page, and the anchors of its headings by their tokens.
 * @param {readonly import('marked').Token[]} tokens
 */
function sectionsOf(tokens) {
  /** @type {Map<unknown, string>} */
  const anchors = new Map();
  const used = new Set();
  /** @type {{ anchor: string, title: string, text: string }[]} */
  const sections = [];
  for (const token of tokens) {
    const last = sections.at(-1);
    if (token.type === 'heading') {
      const anchor = unused(slug(token['text']), used);
      anchors.set(token, anchor);
      sections.push({ anchor: token['depth'] === 1 ? '' : anchor, title: plain(token['text']), text: '' });
    } else if (last !== undefined) last.text += ` ${plain(token.raw)}`;
  }
  return { sections: sections.map((each) => ({ ...each, text: each.text.trim() })), anchors };
}

/**
 * Where a page of Markdown lies in the site.
 * @param {string} path
 */
function siteFile(path) {
  if (path === 'docs/README.md') return 'index.html';
  const below = path === 'README.md' ? 'about.md' : path.replace(/^docs\//, '');
  return below
    .replace(/README\.md$/, 'index.md')
    .replace(/\.md$/, '.html')
    .toLowerCase();
}

/**
 * What a link of a page leads to: a page of the site, a file of the site or an address as text, undefined for a file that only the repository has.
 * @param {string} path
 * @param {string} href
 */
function target(path, href) {
  if (/^[a-z]+:/i.test(href)) return href;
  const [to = '', anchor = ''] = href.split('#');
  const resolved = to === '' ? path : posix.join(posix.dirname(path), to);
  if (resolved.startsWith('docs/schema/'))
    return posix.relative(posix.dirname(siteFile(path)), resolved.replace('docs/', ''));
  if (/^(docs\/.*|[A-Z]+)\.md$/.test(resolved)) return { file: siteFile(resolved), anchor };
  const isFolderOfPages = ['docs/decisions', 'docs/differences', 'docs/melange'].includes(resolved);
  return isFolderOfPages ? { file: siteFile(`${resolved}/README.md`), anchor } : undefined;
}

/**
 * @param {string} from
 * @param {{ file: string, anchor: string }} to
 */
export function relativeLink(from, { file, anchor }) {
  const path = from === file && anchor !== '' ? '' : posix.relative(posix.dirname(from), file);
  return anchor === '' ? path : `${path}#${anchor}`;
}

/**
 * Fails where a page links to a page or a place that there is not.
 * @param {readonly Page[]} pages
 */
export function requireLinks(pages) {
  const anchors = new Map(pages.map((page) => [page.file, page.anchors]));
  const broken = pages.flatMap(({ path, links }) =>
    links
      .filter(
        ({ file, anchor }) =>
          !anchors.has(file) || (anchor !== '' && anchors.get(file)?.has(anchor) !== true),
      )
      .map(({ file, anchor }) => `${path} links to ${file}#${anchor}`),
  );
  if (broken.length > 0) throw new Error(`links to what is not there:\n${broken.join('\n')}`);
}

/**
 * The anchor of a heading, as GitHub makes it.
 * @param {string} heading
 */
function slug(heading) {
  return plain(heading)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * @param {string} anchor
 * @param {Set<string>} used gets what is returned
 */
function unused(anchor, used) {
  let free = anchor;
  for (let count = 1; used.has(free); count += 1) free = `${anchor}-${count}`;
  used.add(free);
  return free;
}

/**
 * Markdown without its signs.
 * @param {string} text
 */
function plain(text) {
  return text
    .replace(/^```.*$/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\|[ :|-]+\|$/gm, '')
    .replace(/[`*|]+/g, ' ')
    .replace(/^#+ /gm, '')
    .replace(/\\(?=[_<[])/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** @param {string} text */
export function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
