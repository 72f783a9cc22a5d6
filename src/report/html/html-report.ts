/** A run as an HTML page. */
import { counted } from '../../bytes.ts';
import type { StatedRun } from '../../verdict/stated.ts';
import { escapeMarkup } from '../markup.ts';
import { type PackageView, type ReportView, viewRun } from '../view.ts';
import { differencesHtml } from './differences-html.ts';
import { factsHtml, pageBounds, pageHtml } from './page.ts';

/** The most packages that are open at first; where more differ, none is open. */
const mostOpen = 20;

/** Renders the page; it ends with a newline. */
export function renderHtml(result: StatedRun): string {
  const view = viewRun(result, pageBounds);
  const open = view.packages.filter(({ verdict }) => verdict !== 'reproduced').length <= mostOpen;
  return pageHtml({
    title: view.title,
    head: headHtml(view),
    sections: view.packages.map((each) => packageHtml(each, open)),
    foot: '<p>“reproduced” says that the recipe, the environment and the sources of the plan give this file to the last byte. It does not say that they are harmless.</p>',
    differences: view.packages.flatMap(({ comparison }) => comparison?.differences ?? []),
    verdicts: view.counts.map(({ verdict, title, count }) => ({ value: verdict, title, count })),
  });
}

function headHtml({ title, tone, packages, counts, crossChecks }: ReportView): string {
  const how = counted(packages.length, 'package');
  const each = counts.map(({ title: word, count }) => `${count} ${escapeMarkup(word)}`).join(', ');
  return `<h1>wolfi-repro: <span class="${tone}">${escapeMarkup(title)}</span></h1>
<p>${how}: ${each}. Values are in the order published → rebuilt.</p>${crossChecks.map((check) => `\n<p>${escapeMarkup(check)}</p>`).join('')}`;
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
${comparison === undefined ? '' : differencesHtml(comparison)}
${factsHtml([...context, { label: 'about', value: docs }])}
</details>
</section>`;
}
