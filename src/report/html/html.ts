/**
 * A run as one HTML file that needs nothing else: no network, no other file, no script but its own, which a Content
 * Security Policy pins by digest. Without the script everything can be read all the same; it only filters and folds.
 */
import type { DifferenceKind } from '../../compare/difference.ts';
import { sha256 } from '../../digest.ts';
import type { RunResult } from '../../verdict/result.ts';
import type { Bounds } from '../bounds.ts';
import type { DifferenceView } from '../differences.ts';
import { escapeMarkup } from '../markup.ts';
import { type Fact, type PackageView, type ReportView, viewRun } from '../view.ts';
import { comparisonHtml } from './differences.ts';
import { script } from './script.ts';
import { stylesheet } from './stylesheet.ts';

/** What a browser on a small machine still scrolls: some ten thousand differences, some tens of megabytes. */
const bounds: Bounds = {
  value: 1000,
  outputLines: 200,
  differences: 10_000,
  allDifferences: 10_000,
  lines: 400,
  packageLines: 8000,
  allLines: 20_000,
  characters: 8_000_000,
};

/** Of more packages that differ none is open at first. */
const mostOpen = 20;

/** Ends with a newline. */
export function renderHtml(result: RunResult): string {
  const view = viewRun(result, bounds);
  const open = view.packages.filter(({ verdict }) => verdict !== 'reproduced').length <= mostOpen;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<title>wolfi-repro: ${escapeMarkup(view.title)}</title>`,
    `<style>${stylesheet}</style>`,
    '</head>',
    isLarge(view) ? '<body class="large">' : '<body>',
    headHtml(view),
    filterHtml(view),
    '<main id="packages">',
    ...view.packages.map((each) => packageHtml(each, open)),
    '</main>',
    footHtml,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Whether a browser had better leave out what is not on the screen; nobody wants that of a small page. */
function isLarge({ packages }: ReportView): boolean {
  const differences = packages.reduce(
    (sum, { comparison }) => sum + (comparison?.differences.length ?? 0),
    0,
  );
  return packages.length + differences > 300;
}

const policy = [
  "default-src 'none'",
  `style-src '${sourceHash(stylesheet)}'`,
  `script-src '${sourceHash(script)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** As Content Security Policy Level 3 writes it (section 2.3.1). */
function sourceHash(text: string): string {
  return `sha256-${Buffer.from(sha256(Buffer.from(text)), 'hex').toString('base64')}`;
}

function headHtml({ title, tone, packages, counts }: ReportView): string {
  const how = packages.length === 1 ? '1 package' : `${packages.length} packages`;
  const each = counts.map(({ title: word, count }) => `${count} ${escapeMarkup(word)}`).join(', ');
  return `<header>
<h1>wolfi-repro: <span class="${tone}">${escapeMarkup(title)}</span></h1>
<p>${how}: ${each}. Values are in the order published → rebuilt.</p>
</header>`;
}

const footHtml = `<footer>
<p>“reproduced” says that the recipe, the environment and the sources of the plan give this file to the last byte. It does not say that they are harmless.</p>
</footer>`;

interface Choice {
  readonly value: string;
  readonly title: string;
  readonly count: number;
}

/** Hidden until the script is there to make it work. */
function filterHtml(view: ReportView): string {
  const differences = view.packages.flatMap(({ comparison }) => comparison?.differences ?? []);
  const verdicts = view.counts.map(({ verdict, title, count }) => ({ value: verdict, title, count }));
  return `<search id="filter" hidden>
<h2 class="unseen">Filter</h2>
<p><label>Path or package <input type="search" id="words"></label>
<button type="button" id="unfold">Open all</button> <button type="button" id="fold">Fold all</button>
<output id="count"></output></p>
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

function kindChoices(differences: readonly DifferenceView[]): Choice[] {
  const found = new Map<DifferenceKind, Choice>();
  for (const { kind, kindTitle } of differences) {
    found.set(kind, { value: kind, title: kindTitle, count: (found.get(kind)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** `none` stands for differences that no cause is named for. */
function causeChoices(differences: readonly DifferenceView[]): Choice[] {
  const found = new Map<string, Choice>();
  for (const { causes } of differences) {
    const named = new Map(causes.map(({ kind, title }) => [kind as string, title]));
    for (const [value, title] of named.size === 0 ? ([['none', 'none named']] as const) : named) {
      found.set(value, { value, title, count: (found.get(value)?.count ?? 0) + 1 });
    }
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

function packageHtml(view: PackageView, openFailed: boolean): string {
  const { file, verdict, title, tone, reason, grounds, comparison, context, next, docs } = view;
  const open = openFailed && verdict !== 'reproduced' ? ' open' : '';
  const facts = [
    ...grounds,
    ...(comparison === undefined
      ? []
      : [
          { label: 'published', value: comparison.published },
          { label: 'rebuilt', value: comparison.rebuilt },
        ]),
    ...(next === undefined ? [] : [{ label: 'next', value: next }]),
  ];
  return `<section class="package" data-verdict="${verdict}">
<details${open}>
<summary><h2><span class="${tone}">${escapeMarkup(title)}</span>${reason === undefined ? '' : ` (${reason})`} <code>${escapeMarkup(file)}</code></h2></summary>
${factsHtml(facts)}
${comparison === undefined ? '' : comparisonHtml(comparison)}
${factsHtml([...context, { label: 'about', value: docs }])}
</details>
</section>`;
}

function factsHtml(facts: readonly Fact[]): string {
  const rows = facts.map(({ label, value, tone }) => {
    const text = value.includes('\n') ? `<pre>${escapeMarkup(value)}</pre>` : escapeMarkup(value);
    return `<dt>${escapeMarkup(label)}</dt><dd${tone === 'warn' ? ' class="warn"' : ''}>${text}</dd>`;
  });
  return rows.length === 0 ? '' : `<dl>\n${rows.join('\n')}\n</dl>`;
}
