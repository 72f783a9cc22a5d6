/**
 * An HTML file that needs nothing else: no network, no other file, no script but its own, which a Content Security
 * Policy pins by digest. Everything can be read without the script, which only filters and folds.
 */
import type { Bounds } from '../bounds.ts';
import type { DifferencesView } from '../differences-view.ts';
import type { Fact } from '../fact.ts';
import { escapeMarkup, htmlLink } from '../markup.ts';
import { pageAddress, type ReportContext, reportsPage } from '../report-context.ts';
import { contentPolicy } from './content-policy.ts';
import { script } from './script.ts';
import { stylesheet } from './stylesheet.ts';

/** What a page shows at most. */
export interface PageRoom {
  readonly bounds: Bounds;
  /** Packages or comparisons with a section, with a row in the table, and with their name in the lists behind it. */
  readonly sections: number;
  readonly rows: number;
  readonly names: number;
}

const pageBounds: Bounds = {
  value: 1000,
  outputLines: 200,
  differences: 2000,
  allDifferences: 10_000,
  members: 20_000,
  lines: 200,
  packageLines: 3000,
  allLines: 20_000,
  characters: 8_000_000,
};

const pageRoom: PageRoom = { bounds: pageBounds, sections: 300, rows: 1000, names: 30_000 };

/** What a browser on a small machine opens within a second. */
const mostBytes = 2_000_000;

/** The page with as much as fits: what `render` makes of ever less room until it is small enough. Facts that stand once have no bound here but their own. */
export function fittingPage(render: (room: PageRoom) => string): string {
  for (let share = 1; ; ) {
    const page = render(roomOf(share));
    const bytes = Buffer.byteLength(page);
    if (bytes <= mostBytes || share < smallestShare) return page;
    share *= Math.min(0.85, (mostBytes / bytes) * 0.95);
  }
}

const smallestShare = 0.0005;

function roomOf(share: number): PageRoom {
  const { bounds, ...counts } = pageRoom;
  const part = (whole: number) => Math.ceil(whole * share);
  return {
    sections: part(counts.sections),
    rows: part(counts.rows),
    names: part(counts.names),
    bounds: {
      ...bounds,
      differences: part(bounds.differences),
      allDifferences: part(bounds.allDifferences),
      members: part(bounds.members),
      packageLines: part(bounds.packageLines),
      allLines: part(bounds.allLines),
      characters: part(bounds.characters),
    },
  };
}

/** A choice of the filter, with the number of differences or packages to which it applies. */
export interface Choice {
  readonly value: string;
  readonly title: string;
  readonly count: number;
}

export interface PageParts {
  /** Text, not markup; so are the titles of choices. */
  readonly title: string;
  /** Markup. */
  readonly head: string;
  readonly sections: readonly string[];
  readonly foot: string;
  /** The program that wrote the page, as text. */
  readonly writer: string;
  /** What differs of all packages, those without a section included. */
  readonly differences: readonly DifferencesView[];
  readonly verdicts: readonly Choice[];
}

/** The complete file; it ends with a newline. */
export function pageHtml({ title, head, sections, foot, writer, differences, verdicts }: PageParts): string {
  // On a large page the browser need not lay out what is not on the screen; a small page does not need this.
  const isLarge = sections.length + differences.reduce((sum, { groups }) => sum + groups.length, 0) > 300;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<meta name="generator" content="${escapeMarkup(writer)}">`,
    `<title>wolfi-repro: ${escapeMarkup(title)}</title>`,
    `<style>${stylesheet}</style>`,
    '</head>',
    isLarge ? '<body class="large">' : '<body>',
    `<header>\n${head}\n</header>`,
    filterHtml(differences, verdicts),
    '<main id="packages">',
    ...sections,
    '</main>',
    `<footer>\n${foot}\n</footer>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const policy = contentPolicy(stylesheet, script);

/** The filter, which is hidden until the script runs. */
function filterHtml(differences: readonly DifferencesView[], verdicts: readonly Choice[]): string {
  const total = differences.reduce((sum, each) => sum + each.total, 0);
  return `<search id="filter" hidden>
<h2 class="unseen">Filter</h2>
<p><label>Path or package <input type="search" id="words"></label>
<button type="button" id="unfold">Open all</button> <button type="button" id="fold">Fold all</button>
<output id="count" data-total="${total}"></output></p>
${choicesHtml('verdict', 'Verdict', verdicts)}
${choicesHtml('kind', 'Kind of difference', kindChoices(differences))}
${choicesHtml('cause', 'Cause', causeChoices(differences))}
</search>`;
}

function choicesHtml(name: string, legend: string, choices: readonly Choice[]): string {
  if (choices.length < 2) return '';
  const boxes = choices.map(
    ({ value, title, count }) =>
      `<label><input type="checkbox" checked name="${name}" value="${value}"> ${escapeMarkup(title)} (${count})</label>`,
  );
  return `<fieldset><legend>${legend}</legend>\n${boxes.join('\n')}\n</fieldset>`;
}

function kindChoices(differences: readonly DifferencesView[]): Choice[] {
  return summed(
    differences.flatMap(({ kinds }) => kinds.map(({ kind: value, ...rest }) => ({ value, ...rest }))),
  );
}

/** `none` stands for differences that no cause is named for. */
function causeChoices(differences: readonly DifferencesView[]): Choice[] {
  return summed(
    differences.flatMap(({ causes, uncaused }) => [
      ...causes.map(({ kind: value, title, count }) => ({ value, title, count })),
      ...(uncaused === 0 ? [] : [{ value: 'none', title: 'none named', count: uncaused }]),
    ]),
  );
}

/** Choices of one value as one, the most frequent first. */
function summed(choices: readonly Choice[]): Choice[] {
  const found = new Map<string, Choice>();
  for (const { value, title, count } of choices)
    found.set(value, { value, title, count: (found.get(value)?.count ?? 0) + count });
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** Which program says all this, and where its words are explained. */
export function writerHtml(context: ReportContext, writer: string): string {
  return `<p>${escapeMarkup(writer)}, ${htmlLink('how to read it', pageAddress(context, reportsPage))}</p>`;
}

export function factsHtml(facts: readonly Fact[]): string {
  const rows = facts.map(({ label, value, tone }) => {
    const text = value.includes('\n') ? `<pre>${escapeMarkup(value)}</pre>` : escapeMarkup(value);
    return `<dt>${escapeMarkup(label)}</dt><dd${tone === 'warn' ? ' class="warn"' : ''}>${text}</dd>`;
  });
  return rows.length === 0 ? '' : `<dl>\n${rows.join('\n')}\n</dl>`;
}
