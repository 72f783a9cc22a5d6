/** A run as an HTML page. */
import { counted } from '../../bytes.ts';
import { addTo } from '../../lists.ts';
import type { StatedPackage, StatedRun } from '../../verdict/stated.ts';
import { escapeMarkup, htmlLink } from '../markup.ts';
import { pageAddress, type ReportContext, writerText } from '../report-context.ts';
import { notedPass, type SummaryView, viewSummary } from '../summary-view.ts';
import { type PackageView, packageViewer } from '../view.ts';
import { worstFirst } from '../worst-packages.ts';
import { differencesHtml } from './differences-html.ts';
import { factsHtml, fittingPage, type PageRoom, pageHtml, writerHtml } from './page.ts';
import { timingsHtml } from './timings-html.ts';

/** Renders the page; it ends with a newline. */
export function renderHtml(result: StatedRun, context: ReportContext = {}): string {
  return fittingPage((room) => pageOf(result, context, room));
}

function pageOf(result: StatedRun, context: ReportContext, room: PageRoom): string {
  const view = viewSummary(result, room.bounds);
  const packages = viewWorstFirst(result.packages, room);
  const shown = packages.slice(0, room.sections);
  const writer = writerText(context, result.runs);
  const [only, ...others] = packages;
  const name = only === undefined || others.length > 0 ? undefined : (only.name ?? only.file);
  return pageHtml({
    title: name === undefined ? view.title : `${view.title}: ${name}`,
    writer,
    head: headHtml(view, packages, room),
    sections: shown.map((each, at) => packageHtml(each, at, context)),
    foot: `<p>“reproduced” says that the recipe, the environment and the sources of the plan give this file to the last byte. It does not say that they are harmless.</p>${timingsHtml(result, context, room)}\n${writerHtml(context, writer)}`,
    differences: packages.flatMap(({ comparison }) => comparison ?? []),
    verdicts: view.counts.map((each) => ({ value: choiceOf(each), title: each.title, count: each.count })),
  });
}

/** The views, each of a package with a section as far as the limits of the page allow; of the others only the counts are shown. */
function viewWorstFirst(
  packages: readonly StatedPackage[],
  { bounds, sections }: PageRoom,
): readonly PackageView[] {
  const ranked = packages.map((result) => ({
    result,
    verdict: result.verdict.kind,
    pass: notedPass(result),
  }));
  const viewWhole = packageViewer(bounds);
  const viewRow = packageViewer({ ...bounds, allDifferences: 0, members: 0, allLines: 0 });
  return worstFirst(ranked).map(({ result }, at) => (at < sections ? viewWhole : viewRow)(result));
}

function headHtml(
  { title, tone, counts, notes }: SummaryView,
  packages: readonly PackageView[],
  most: PageRoom,
): string {
  const how = counted(packages.length, 'package');
  const each = counts.map(({ title: word, count }) => `${count} ${escapeMarkup(word)}`).join(', ');
  return `<h1>wolfi-repro: <span class="${tone}">${escapeMarkup(title)}</span></h1>
<p>${how}: ${each}. Values are in the order published → rebuilt.</p>${notes.map((check) => `\n<p>${escapeMarkup(check)}</p>`).join('')}${packages.length < 2 ? '' : `\n${summaryHtml(packages, most)}`}`;
}

/** The table of all packages, worst first, each with a link to its section. */
function summaryHtml(packages: readonly PackageView[], most: PageRoom): string {
  const rows = packages.slice(0, most.rows).map((each, at) => rowHtml(each, at, most));
  const head = ['verdict', 'reason', 'package', 'differences', 'causes'];
  const cut =
    packages.length > most.sections
      ? `\n<p class="cut">The first ${most.sections} have a section below; --format json has all that is known of the others.</p>`
      : '';
  return `<table class="all"><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>${cut}${listsHtml(packages.slice(most.rows, most.names), packages.length - most.names)}`;
}

/** Packages without a row, by their verdicts, as folded lists. @param cut how many are in none */
function listsHtml(packages: readonly PackageView[], cut: number): string {
  const byTitle = new Map<string, PackageView[]>();
  for (const each of packages) addTo(byTitle, each.title, each);
  const lists = [...byTitle].map(([title, members]) => {
    const lines = members.map(({ file, reason }) => (reason === undefined ? file : `${file} (${reason})`));
    return `\n<details><summary>${counted(members.length, 'more package')}: ${escapeMarkup(title)}</summary><pre>${escapeMarkup(lines.join('\n'))}</pre></details>`;
  });
  return `${lists.join('')}${cut > 0 ? `\n<p class="cut">… and ${counted(cut, 'more package')}</p>` : ''}`;
}

function rowHtml(view: PackageView, at: number, most: PageRoom): string {
  const { tone, title, reason = '', file, name, comparison } = view;
  const causes = comparison?.causes.map((cause) => `${escapeMarkup(cause.title)} (${cause.count})`) ?? [];
  const code = `<code>${escapeMarkup(file)}</code>`;
  const link = at < most.sections ? `<a href="#p${at + 1}">${code}</a>` : code;
  return `<tr data-verdict="${choiceOf(view)}"><td><span class="${tone}">${escapeMarkup(title)}</span></td><td>${reason}</td><td>${link}${nameHtml(name)}</td><td>${comparison?.total ?? ''}</td><td>${causes.join(', ')}</td></tr>`;
}

/** The choice of the filter that a package belongs to. */
function choiceOf({ verdict, pass }: Pick<PackageView, 'verdict' | 'pass'>): string {
  return pass === undefined ? verdict : `${verdict} ${pass}`;
}

function nameHtml(name: string | undefined): string {
  return name === undefined ? '' : ` <small>${escapeMarkup(name)}</small>`;
}

/** The section of a package. Only the worst is open at first. */
function packageHtml(view: PackageView, at: number, report: ReportContext): string {
  const { file, name, verdict, pass, title, tone, reason, grounds, comparison, context, next, docs } = view;
  const open = at === 0 && verdict !== 'reproduced' && pass === undefined ? ' open' : '';
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
  return `<section class="package" id="p${at + 1}" data-verdict="${choiceOf(view)}">
<details${open}>
<summary><h2><span class="${tone}">${escapeMarkup(title)}</span>${reason === undefined ? '' : ` (${reason})`} <code>${escapeMarkup(file)}</code>${nameHtml(name)}</h2></summary>
${factsHtml(facts)}
${comparison === undefined ? '' : differencesHtml(comparison, report)}
${factsHtml(context)}
<p>about: ${htmlLink(docs, pageAddress(report, docs))}</p>
</details>
</section>`;
}
