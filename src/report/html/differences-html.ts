/** The tree of differences as HTML: section, entry, difference, part. */

import { counted } from '../../bytes.ts';
import type { ByteWindow, HunkLine, LineHunk } from '../../compare/part.ts';
import { moreInJson } from '../bounds.ts';
import type { CauseView, ConsequenceView, DifferencesView, GroupView } from '../differences-view.ts';
import { escapeMarkup, htmlLink } from '../markup.ts';
import { type PartsView, type PartView, rowBytes } from '../parts-view.ts';
import { pageAddress, type ReportContext } from '../report-context.ts';
import { consequenceText, differenceText, foldersText, hexRows, shortDigests } from '../tree-lines.ts';

export function differencesHtml(view: DifferencesView, context: ReportContext): string {
  const { groups, total, cut, sections, causes, consequences, sbom } = view;
  const blocks = sections.map(({ section, likeness, total: all }) => {
    const own = groups.filter(({ example }) => example.section === section);
    const count = all === 0 ? '' : `, ${counted(all, 'difference')}`;
    const head = `${section}: ${likeness}${count}`;
    return own.length === 0 ? `<p>${head}</p>` : sectionHtml(head, own);
  });
  const named = causes.map(
    ({ title, page, count }) =>
      `<li>${escapeMarkup(title)} (${count}): ${htmlLink(page, pageAddress(context, page))}</li>`,
  );
  return [
    `<h3>${counted(total, 'difference')}</h3>`,
    ...(named.length === 0
      ? []
      : [`<p>Causes, and in how many differences:</p>\n<ul>\n${named.join('\n')}\n</ul>`]),
    ...blocks,
    ...(cut === 0 ? [] : [`<p class="cut">${moreText(cut, 'differences')}</p>`]),
    ...(consequences.length === 0 ? [] : [consequencesHtml(consequences)]),
    ...(sbom.length === 0 ? [] : [sbomHtml(sbom)]),
  ].join('\n');
}

function moreText(cut: number, what: string): string {
  return `… and ${cut} more ${what}; ${moreInJson}`;
}

/** What follows from other differences: not counted, and folded. */
function consequencesHtml(consequences: readonly ConsequenceView[]): string {
  const items = consequences.map((each) => `<li>${escapeMarkup(consequenceText(each))}</li>`);
  return `<details class="section"><summary>what follows from these differences</summary>\n<ul>\n${items.join('\n')}\n</ul>\n</details>`;
}

function sbomHtml(lines: readonly string[]): string {
  const items = lines.map((line) => `<li>${escapeMarkup(line)}</li>`);
  return `<details class="section"><summary>in the SBOM</summary>\n<ul>\n${items.join('\n')}\n</ul>\n</details>`;
}

function sectionHtml(title: string, groups: readonly GroupView[]): string {
  const items = groups.map(groupHtml);
  return `<details class="section" open><summary>${title}</summary>\n<ul>\n${items.join('\n')}\n</ul>\n</details>`;
}

/** Differences of one shape: their number, what they have in common, one of them, and the paths of the others. */
function groupHtml(group: GroupView): string {
  const { count, causes, example } = group;
  const { kind, path, parts } = example;
  const kinds = causes.length === 0 ? 'none' : causes.map((cause) => cause.kind).join(' ');
  // The path is on the item only where its head does not show it, so that the script need not look for it.
  const data = `data-kind="${kind}" data-cause="${kinds}"${count === 1 ? '' : ` data-count="${count}" data-path="${escapeMarkup(path)}"`}`;
  const open = `<li class="d" ${data}>`;
  const bare = example.causes.length === 0 && parts.shown.length === 0 && parts.cut === 0;
  if (count === 1 && bare) return `${open}${headHtml(group)}</li>`;
  return `${open}<details><summary>${headHtml(group)}</summary>
${count === 1 ? '' : membersHtml(group)}
${example.causes.map(causeHtml).join('\n')}
${partsHtml(parts)}
</details></li>`;
}

function headHtml({ count, causes, place, sameValues, folders, example }: GroupView): string {
  const { kind, title, path, published, rebuilt } = example;
  const named = causes.map((cause) => ` <em>${escapeMarkup(cause.title)}</em>`).join('');
  if (count === 1) {
    const shown = path === '' ? '' : `<code>${escapeMarkup(path)}</code> `;
    return `${shown}${escapeMarkup(title)}${named} ${sidesHtml(published, rebuilt)}`;
  }
  const what = kind === 'content' ? 'files' : `entries: ${escapeMarkup(title)}`;
  const where = folders.length === 1 ? ` in <code>${escapeMarkup(folders[0]!.path)}</code>` : '';
  return `<strong>${count}</strong> ${what}${where}${place === undefined ? '' : `: ${escapeMarkup(place)}`}${sameValues ? ` ${sidesHtml(published, rebuilt)}` : ''}${named}`;
}

/** Where the differences of a group lie, and the paths of those that are not shown. */
function membersHtml(group: GroupView): string {
  const { count, folders, others, example } = group;
  const where = folders.length === 1 ? '' : `<p>in ${escapeMarkup(foldersText(group))}</p>\n`;
  const cut = count - 1 - others.length;
  const more = cut === 0 ? '' : `\n<p class="cut">${moreText(cut, 'paths')}</p>`;
  const paths =
    others.length === 0
      ? ''
      : `<details><summary>the paths of the others</summary><pre class="m">${others.map(escapeMarkup).join('\n')}</pre></details>`;
  return `${where}${paths}${more}
<p>For example ${escapeMarkup(shortDigests(differenceText(example)))}</p>`;
}

function sidesHtml(published: string | undefined, rebuilt: string | undefined): string {
  if (published === undefined && rebuilt === undefined) return '';
  return `${sideHtml(published, 'p')} → ${sideHtml(rebuilt, 'r')}`;
}

function sideHtml(side: string | undefined, name: string): string {
  if (side === undefined) return '(none)';
  if (side === '') return '(empty)';
  const short = shortDigests(side);
  const whole = short === side ? '' : ` title="${escapeMarkup(side)}"`;
  return `<code class="${name}"${whole}>${escapeMarkup(short)}</code>`;
}

function causeHtml({ title, confidence, why, place, published, rebuilt }: CauseView): string {
  const evidence = [escapeMarkup(place), sidesHtml(published, rebuilt)]
    .filter((text) => text !== '')
    .join(': ');
  const shown = evidence === '' ? '' : ` [${evidence}]`;
  return `<p class="cause"><em>${escapeMarkup(title)}</em> (${confidence}): ${escapeMarkup(why)}${shown}</p>`;
}

function partsHtml({ shown, cut }: PartsView): string {
  if (shown.length === 0 && cut === 0) return '';
  const items = shown.map((part) => `<li>${partHtml(part)}</li>`);
  if (cut > 0) items.push(`<li class="cut">${moreText(cut, 'parts')}</li>`);
  return `<ul>\n${items.join('\n')}\n</ul>`;
}

function partHtml(part: PartView): string {
  const { kind, title, formatTitle, place, note, hunks, windows, cutLines, children } = part;
  const head = [
    place === '' ? escapeMarkup(formatTitle) : `<code>${escapeMarkup(place)}</code>`,
    ...(kind === 'value' ? [] : [escapeMarkup(kind === 'inside' ? formatTitle : title)]),
    ...(note === undefined ? [] : [`<small>${escapeMarkup(note)}</small>`]),
    partSidesHtml(part),
  ];
  return [
    head.join(' '),
    ...hunks.map(hunkHtml),
    ...windows.map(windowHtml),
    ...(cutLines === 0 ? [] : [`<p class="cut">${moreText(cutLines, 'lines')}</p>`]),
    partsHtml(children),
  ].join('\n');
}

function partSidesHtml({ kind, published, rebuilt }: PartView): string {
  if (kind === 'missing') return published === undefined ? '' : sideHtml(published, 'p');
  if (kind === 'extra') return rebuilt === undefined ? '' : sideHtml(rebuilt, 'r');
  return sidesHtml(published, rebuilt);
}

/** Lines of both sides beside each other: the number of each line, then its text. */
function hunkHtml({ publishedStart, rebuiltStart, lines }: LineHunk): string {
  let left = publishedStart;
  let right = rebuiltStart;
  const rows = pairs(lines).map(([published, rebuilt]) => {
    const same = published !== undefined && published === rebuilt;
    const cells = [
      lineCells(published, published === undefined ? 0 : left++, same ? 's' : 'p'),
      lineCells(rebuilt, rebuilt === undefined ? 0 : right++, same ? 's t' : 'r'),
    ];
    return `<tr>${cells.join('')}</tr>`;
  });
  const head = ['published', 'rebuilt'].map((side) => `<th scope="col" colspan="2">${side}</th>`).join('');
  const columns = '<col class="n"><col>'.repeat(2);
  return `<table><colgroup>${columns}</colgroup><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

type Pair = readonly [HunkLine | undefined, HunkLine | undefined];

/** Pairs removed lines with the lines that replaced them. */
function pairs(lines: readonly HunkLine[]): Pair[] {
  const result: Pair[] = [];
  let removed: HunkLine[] = [];
  let added: HunkLine[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at++) result.push([removed[at], added[at]]);
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.side === 'rebuilt') added.push(line);
    else if (line.side === 'published') {
      if (added.length > 0) flush();
      removed.push(line);
    } else {
      flush();
      result.push([line, line]);
    }
  }
  flush();
  return result;
}

function lineCells(line: HunkLine | undefined, number: number, side: string): string {
  if (line === undefined) return '<td class="x"></td><td class="x"></td>';
  const text = line.pieces.map(({ text: piece, changed }) =>
    changed && side.length === 1 ? `<b>${escapeMarkup(piece)}</b>` : escapeMarkup(piece),
  );
  return `<td class="n ${side}">${number}</td><td class="${side}">${text.join('')}</td>`;
}

function windowHtml({ publishedOffset, rebuiltOffset, published, rebuilt, length }: ByteWindow): string {
  const differing = length === undefined ? '' : `, ${length} bytes differ`;
  const dumps = [
    dumpHtml('published', 'p', published, rebuilt, publishedOffset),
    dumpHtml('rebuilt', 'r', rebuilt, published, rebuiltOffset),
  ];
  return `<div class="hex">${dumps.join('')}</div><p class="where">from byte ${publishedOffset}${publishedOffset === rebuiltOffset ? '' : ` (rebuilt ${rebuiltOffset})`}${differing}</p>`;
}

function dumpHtml(side: string, name: string, own: string, other: string, offset: number): string {
  const others = hexRows(other, offset, rowBytes);
  const rows = hexRows(own, offset, rowBytes).map(({ address, bytes, text }, row) => {
    const differs = bytes.map((byte, at) => byte !== others[row]?.bytes[at]);
    const digits = marked(bytes, differs, ' ');
    const padding = ' '.repeat((rowBytes - bytes.length) * 3);
    return `${address}  ${digits}${padding}  ${marked([...text], differs, '')}`;
  });
  return `<figure><figcaption>${side}</figcaption><pre class="${name}">${rows.join('\n')}</pre></figure>`;
}

/** Marks each run of differing texts with one element. */
function marked(texts: readonly string[], differs: readonly boolean[], separator: string): string {
  let html = '';
  texts.forEach((text, at) => {
    const now = differs[at] === true;
    const before = at > 0 && differs[at - 1] === true;
    if (before && !now) html += '</b>';
    if (at > 0) html += separator;
    if (now && !before) html += '<b>';
    html += escapeMarkup(text);
  });
  return differs.at(-1) === true && texts.length > 0 ? `${html}</b>` : html;
}
