/** The formats of inspections. */
import type { Inspection } from '../inspect.ts';
import type { InspectionFormat } from './format-names.ts';
import { type PageParts, pageHtml, writerHtml } from './html/page.ts';
import { renderInspectionJson, renderInspectionText } from './inspection.ts';
import { inspectedName } from './inspection-facts.ts';
import { type InspectionRow, type InspectionTable, inspectionTables } from './inspection-tables.ts';
import { codeCell, codeSpan, escapeMarkup, markdownLink } from './markup.ts';
import { pageAddress, type ReportContext, reportsPage, writerText } from './report-context.ts';

/** @param withEntries lists every entry instead of counting them; JSON always has them */
export function renderInspection(
  inspections: readonly Inspection[],
  format: InspectionFormat,
  withEntries: boolean,
  context: ReportContext = {},
): string {
  switch (format) {
    case 'text':
      return renderInspectionText(inspections, undefined, withEntries);
    case 'json':
      return renderInspectionJson(inspections, context);
    case 'markdown':
      return markdownOf(inspections, withEntries, context);
    case 'html':
      return htmlOf(inspections, withEntries, context);
  }
}

function markdownOf(
  inspections: readonly Inspection[],
  withEntries: boolean,
  context: ReportContext,
): string {
  const parts = inspections.map((each) =>
    [
      `## wolfi-repro: ${codeSpan(inspectedName(each))}`,
      ...inspectionTables(each, withEntries).map(markdownTable),
    ].join('\n\n'),
  );
  const link = markdownLink('how to read it', pageAddress(context, reportsPage));
  return `${[...parts, `${codeSpan(writerText(context))}, ${link}`].join('\n\n')}\n`;
}

/** A table of GitHub Flavored Markdown (4.10). Cells are code, so that nothing out of a package is markup. */
function markdownTable({ title, heads, rows }: InspectionTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const cell = (text: string) => (text === '' ? '' : codeCell(text));
  return [
    `### ${title}`,
    '',
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map(({ cells }) => line(cells.map(cell))),
  ].join('\n');
}

/** Words of more characters may be broken anywhere, so that a table is never wider than its page. */
const longWord = /\S{17}/;

function htmlTable({ title, heads, rows }: InspectionTable): string {
  const head = heads.map((each) => `<th scope="col">${each}</th>`).join('');
  const cell = (text: string, at: number, { tone }: InspectionRow) => {
    const kept = longWord.test(text) ? '' : ' class="w"';
    // On a narrow screen, where a row becomes a list, what is in two columns needs no heads.
    const named = heads.length > 2 ? ` data-h="${heads[at]}"` : '';
    const marked = escapeMarkup(text);
    const judged = at === 1 && tone !== undefined ? `<span class="${tone}">${marked}</span>` : marked;
    return `<td${kept}${named}>${judged}</td>`;
  };
  const lines = rows.map((row) => `<tr>${row.cells.map((text, at) => cell(text, at, row)).join('')}</tr>`);
  return `<h3>${title}</h3>\n<table class="facts"><thead><tr>${head}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table>`;
}

function htmlOf(inspections: readonly Inspection[], withEntries: boolean, context: ReportContext): string {
  const [only, ...others] = inspections;
  const title = only === undefined || others.length > 0 ? 'packages' : inspectedName(only);
  const page: PageParts = {
    title: `inspection: ${title}`,
    head: '<h1>wolfi-repro: inspection</h1>\n<p>What packages contain and say of themselves. Nothing was run.</p>',
    sections: inspections.map(
      (each) =>
        `<section class="package">\n<details open>\n<summary><h2><code>${escapeMarkup(inspectedName(each))}</code></h2></summary>\n${inspectionTables(each, withEntries).map(htmlTable).join('\n')}\n</details>\n</section>`,
    ),
    foot: writerHtml(context, writerText(context)),
    writer: writerText(context),
    differences: [],
    verdicts: [],
  };
  return pageHtml(page);
}
