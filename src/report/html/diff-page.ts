/** Two packages, folders or files, compared by themselves, as an HTML page. */
import type { DiffResult } from '../../diff.ts';
import { viewDiff } from '../diff-view.ts';
import { escapeMarkup } from '../markup.ts';
import { type ReportContext, writerText } from '../report-context.ts';
import { differencesHtml } from './differences-html.ts';
import { factsHtml, pageBounds, pageHtml, writerHtml } from './page.ts';

/** Renders the page; it ends with a newline. */
export function renderDiffHtml(result: DiffResult, context: ReportContext = {}): string {
  const { title, tone, reason, names, facts, differences, sbom } = viewDiff(result, pageBounds);
  const sides = [names.published, names.rebuilt].map((name) => `<code>${escapeMarkup(name)}</code>`);
  const shown = [...facts, ...(sbom === undefined ? [] : [{ label: 'sbom', value: sbom }])];
  const section = `<section class="package">
<details open>
<summary><h2>${sides.join(' → ')}</h2></summary>
${factsHtml(shown)}
${differences === undefined ? '' : differencesHtml(differences, context)}
</details>
</section>`;
  return pageHtml({
    title: `${title}: ${names.published} → ${names.rebuilt}`,
    writer: writerText(context),
    head: `<h1>wolfi-repro: <span class="${tone}">${title}</span>${reason === undefined ? '' : ` (${reason})`}</h1>
<p>Values are in the order published → rebuilt.</p>`,
    sections: [section],
    foot: writerHtml(context, writerText(context)),
    groups: differences?.groups ?? [],
    verdicts: [],
  });
}
