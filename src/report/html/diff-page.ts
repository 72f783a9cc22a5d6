/** Packages, folders or files, compared by themselves, as an HTML page. */
import { countsText, type DiffView, titleOfAll, viewDiffs } from '../diff-view.ts';
import { escapeMarkup } from '../markup.ts';
import { type ReportContext, writerText } from '../report-context.ts';
import { isSame, type StatedDiff } from '../stated-diff.ts';
import { differencesHtml } from './differences-html.ts';
import {
  type Choice,
  factsHtml,
  fittingPage,
  type PageParts,
  type PageRoom,
  pageHtml,
  writerHtml,
} from './page.ts';

/** Renders the page; it ends with a newline. Several comparisons have a table of all in front, those that differ first. */
export function renderDiffHtml(results: readonly StatedDiff[], context: ReportContext = {}): string {
  const ordered = [...results].sort((a, b) => Number(isSame(a)) - Number(isSame(b)));
  return fittingPage((room) => {
    const views = viewDiffs(ordered, room.bounds);
    const writer = writerText(context);
    return pageHtml({
      ...headOf(views, room),
      writer,
      sections: views.slice(0, room.sections).map((each, at) => sectionHtml(each, at, context)),
      foot: writerHtml(context, writer),
      differences: views.flatMap(({ differences }) => differences ?? []),
    });
  });
}

function headOf(views: readonly DiffView[], most: PageRoom): Pick<PageParts, 'title' | 'head' | 'verdicts'> {
  const [only, ...others] = views;
  const order = 'Values are in the order published → rebuilt.';
  if (only !== undefined && others.length === 0) {
    const { title, tone, reason, names } = only;
    return {
      title: `${title}: ${names.published} → ${names.rebuilt}`,
      head: `<h1>wolfi-repro: <span class="${tone}">${title}</span>${reason === undefined ? '' : ` (${reason})`}</h1>\n<p>${order}</p>`,
      verdicts: [],
    };
  }
  const { title, tone } = titleOfAll(views);
  const counts = countsText(views);
  return {
    title: `${title}, ${counts}`,
    head: `<h1>wolfi-repro: <span class="${tone}">${title}</span></h1>\n<p>${counts}. ${order}</p>\n${tableHtml(views, most)}`,
    verdicts: choicesOf(views),
  };
}

function choicesOf(views: readonly DiffView[]): Choice[] {
  return (['different', 'identical'] as const).flatMap((title) => {
    const { length: count } = views.filter((view) => view.title === title);
    return count === 0 ? [] : [{ value: title, title, count }];
  });
}

function tableHtml(views: readonly DiffView[], most: PageRoom): string {
  const rows = views.slice(0, most.rows).map(({ title, tone, reason = '', names, differences }, at) => {
    const sides = `<code>${escapeMarkup(names.published)}</code> → <code>${escapeMarkup(names.rebuilt)}</code>`;
    const link = at < most.sections ? `<a href="#p${at + 1}">${sides}</a>` : sides;
    const causes = differences?.causes.map((cause) => `${escapeMarkup(cause.title)} (${cause.count})`) ?? [];
    return `<tr data-verdict="${title}"><td><span class="${tone}">${title}</span></td><td>${reason}</td><td>${link}</td><td>${differences?.total ?? ''}</td><td>${causes.join(', ')}</td></tr>`;
  });
  const head = ['result', 'reason', 'sides', 'differences', 'causes'];
  const cut =
    views.length <= most.sections
      ? ''
      : `\n<p class="cut">The first ${most.sections} have a section below, the first ${most.rows} a row; --format json has all that is known of the others.</p>`;
  return `<table class="all"><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>${cut}`;
}

/** The section of a comparison; the first is open. */
function sectionHtml(view: DiffView, at: number, context: ReportContext): string {
  const { title, names, facts, differences, sbom } = view;
  const sides = [names.published, names.rebuilt].map((name) => `<code>${escapeMarkup(name)}</code>`);
  const shown = [...facts, ...(sbom === undefined ? [] : [{ label: 'sbom', value: sbom }])];
  return `<section class="package" id="p${at + 1}" data-verdict="${title}">
<details${at === 0 ? ' open' : ''}>
<summary><h2>${sides.join(' → ')}</h2></summary>
${factsHtml(shown)}
${differences === undefined ? '' : differencesHtml(differences, context)}
</details>
</section>`;
}
