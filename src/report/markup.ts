/** The escapes of the formats, which turn any text into plain text of the format. */

import { largest } from '../lists.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text as XML or HTML character data, also fit for quoted attributes. Characters that XML 1.0 cannot express (section 2.2) are
 * spelled out.
 */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(
      /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu,
      (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
    );
}

/** Text as a Markdown code span: nothing in it is markup, a mention or a link (GitHub Flavored Markdown, 6.1). */
export function codeSpan(text: string): string {
  const line = text.replace(/\n/g, ' ');
  if (line.trim() === '') return '` `';
  const fence = '`'.repeat(longestRun(line) + 1);
  const padding = line.startsWith('`') || line.endsWith('`') || line.startsWith(' ') ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** Text as a code span inside a table, whose cells end at every bar (4.10). */
export function codeCell(text: string): string {
  return codeSpan(text).replaceAll('|', '\\|');
}

/** An address as a link of Markdown (6.3); the text is the program's own. */
export function markdownLink(text: string, address: string): string {
  return `[${text}](<${plainAddress(address)}>)`;
}

/** An address as a link of HTML; the text is the program's own. */
export function htmlLink(text: string, address: string): string {
  return `<a href="${escapeMarkup(plainAddress(address))}">${escapeMarkup(text)}</a>`;
}

/** An address without what would end it. */
function plainAddress(address: string): string {
  return address.replace(/[<>\s"'\\]/g, encodeURIComponent);
}

/** Lines as a fenced block of Markdown (4.5). */
export function codeFence(lines: readonly string[], language: string): string {
  const fence = '`'.repeat(
    largest(
      lines.map((line) => longestRun(line) + 1),
      3,
    ),
  );
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

function longestRun(text: string): number {
  return largest(
    (text.match(/`+/g) ?? []).map(({ length }) => length),
    0,
  );
}
