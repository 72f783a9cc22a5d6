/** A run as an HTML page. */
import { counted } from '../../bytes.ts';
import type { StatedRun } from '../../verdict/stated.ts';
import { escapeMarkup, htmlLink } from '../markup.ts';
import { pageAddress, type ReportContext, writerText } from '../report-context.ts';
import { type PackageView, type ReportView, viewRun } from '../view.ts';
import { worstFirst } from '../worst-packages.ts';
import { differencesHtml } from './differences-html.ts';
import { factsHtml, pageBounds, pageHtml, writerHtml } from './page.ts';

/** Renders the page; it ends with a newline. */
export function renderHtml(result: StatedRun, context: ReportContext = {}): string {
  const view = viewRun(result, pageBounds);
  const packages = worstFirst(view.packages);
  const writer = writerText(context, result.runs);
  const [only, ...others] = packages;
  const name = only === undefined || others.length > 0 ? undefined : (only.name ?? only.file);
  return pageHtml({
    title: name === undefined ? view.title : `${view.title}: ${name}`,
    writer,
    head: headHtml(view, packages),
    sections: packages.map((each, at) => packageHtml(each, at, context)),
    foot: `<p>“reproduced” says that the recipe, the environment and the sources of the plan give this file to the last byte. It does not say that they are harmless.</p>\n${writerHtml(context, writer)}`,
    groups: packages.flatMap(({ comparison }) => comparison?.groups ?? []),
    verdicts: view.counts.map(({ verdict, pass = '', title, count }) => ({
      value: `${verdict} ${pass}`.trim(),
      title,
      count,
    })),
  });
}

function headHtml({ title, tone, counts, notes }: ReportView, packages: readonly PackageView[]): string {
  const how = counted(packages.length, 'package');
  const each = counts.map(({ title: word, count }) => `${count} ${escapeMarkup(word)}`).join(', ');
  return `<h1>wolfi-repro: <span class="${tone}">${escapeMarkup(title)}</span></h1>
<p>${how}: ${each}. Values are in the order published → rebuilt.</p>${notes.map((check) => `\n<p>${escapeMarkup(check)}</p>`).join('')}${packages.length < 2 ? '' : `\n${summaryHtml(packages)}`}`;
}

/** The most packages in the table; all have their section. */
const mostRows = 1000;

/** The table of all packages, worst first, each with a link to its section. */
function summaryHtml(packages: readonly PackageView[]): string {
  const rows = packages.slice(0, mostRows).map(({ tone, title, reason = '', file, name, comparison }, at) => {
    const causes = comparison?.causes.map((cause) => `${escapeMarkup(cause.title)} (${cause.count})`) ?? [];
    return `<tr><td><span class="${tone}">${escapeMarkup(title)}</span></td><td>${reason}</td><td><a href="#p${at + 1}"><code>${escapeMarkup(file)}</code></a>${nameHtml(name)}</td><td>${comparison?.total ?? ''}</td><td>${causes.join(', ')}</td></tr>`;
  });
  const cut = packages.length - rows.length;
  const head = ['verdict', 'reason', 'package', 'differences', 'causes'];
  return `<table class="all"><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>${cut === 0 ? '' : `\n<p class="cut">… and ${cut} more packages, all of them below</p>`}`;
}

function nameHtml(name: string | undefined): string {
  return name === undefined ? '' : ` <small>${escapeMarkup(name)}</small>`;
}

/** The section of a package. Only the worst is open at first. */
function packageHtml(view: PackageView, at: number, report: ReportContext): string {
  const {
    file,
    name,
    verdict,
    pass = '',
    title,
    tone,
    reason,
    grounds,
    comparison,
    context,
    next,
    docs,
  } = view;
  const open = at === 0 && verdict !== 'reproduced' && pass === '' ? ' open' : '';
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
  return `<section class="package" id="p${at + 1}" data-verdict="${`${verdict} ${pass}`.trim()}">
<details${open}>
<summary><h2><span class="${tone}">${escapeMarkup(title)}</span>${reason === undefined ? '' : ` (${reason})`} <code>${escapeMarkup(file)}</code>${nameHtml(name)}</h2></summary>
${factsHtml(facts)}
${comparison === undefined ? '' : differencesHtml(comparison, report)}
${factsHtml(context)}
<p>about: ${htmlLink(docs, pageAddress(report, docs))}</p>
</details>
</section>`;
}
