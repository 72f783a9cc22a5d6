/**
 * An HTML file that needs nothing else: no network, no other file, no script but its own, which a Content Security
 * Policy pins by digest. Everything can be read without the script, which only filters and folds.
 */
import type { DifferenceKind } from '../../compare/difference.ts';
import type { Bounds } from '../bounds.ts';
import type { GroupView } from '../differences-view.ts';
import type { Fact } from '../fact.ts';
import { escapeMarkup, htmlLink } from '../markup.ts';
import { pageAddress, type ReportContext, reportsPage } from '../report-context.ts';
import { contentPolicy } from './content-policy.ts';
import { script } from './script.ts';
import { stylesheet } from './stylesheet.ts';

/** Limits of what a browser on a small machine opens within a second: ten thousand differences of one package in two megabytes. */
export const pageBounds: Bounds = {
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
  readonly groups: readonly GroupView[];
  readonly verdicts: readonly Choice[];
}

/** The complete file; it ends with a newline. */
export function pageHtml({ title, head, sections, foot, writer, groups, verdicts }: PageParts): string {
  // On a large page the browser need not lay out what is not on the screen; a small page does not need this.
  const isLarge = sections.length + groups.length > 300;
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
    filterHtml(groups, verdicts),
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
function filterHtml(groups: readonly GroupView[], verdicts: readonly Choice[]): string {
  return `<search id="filter" hidden>
<h2 class="unseen">Filter</h2>
<p><label>Path or package <input type="search" id="words"></label>
<button type="button" id="unfold">Open all</button> <button type="button" id="fold">Fold all</button>
<output id="count"></output></p>
${choicesHtml('verdict', 'Verdict', verdicts)}
${choicesHtml('kind', 'Kind of difference', kindChoices(groups))}
${choicesHtml('cause', 'Cause', causeChoices(groups))}
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

function kindChoices(groups: readonly GroupView[]): Choice[] {
  const found = new Map<DifferenceKind, Choice>();
  for (const { count, example } of groups) {
    const { kind, kindTitle: title } = example;
    found.set(kind, { value: kind, title, count: (found.get(kind)?.count ?? 0) + count });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** `none` stands for differences that no cause is named for. */
function causeChoices(groups: readonly GroupView[]): Choice[] {
  const found = new Map<string, Choice>();
  for (const { count, causes } of groups) {
    const named = causes.length === 0 ? [{ kind: 'none', title: 'none named' }] : causes;
    for (const { kind, title } of named)
      found.set(kind, { value: kind, title, count: (found.get(kind)?.count ?? 0) + count });
  }
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
