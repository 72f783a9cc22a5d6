/** The formats of inspections. */
import type { Inspection } from '../inspect.ts';
import { show } from './bounds.ts';
import type { InspectionFormat } from './format-names.ts';
import { type PageParts, pageHtml, writerHtml } from './html/page.ts';
import { renderInspectionJson, renderInspectionText } from './inspection.ts';
import { codeFence, codeSpan, escapeMarkup, markdownLink } from './markup.ts';
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

/** The most characters of a file's name. */
const mostName = 1000;

interface Part {
  readonly name: string;
  readonly lines: readonly string[];
}

/** What is said of each package below its name. */
function partsOf(inspections: readonly Inspection[], withEntries: boolean): Part[] {
  return inspections.map((each) => {
    const [, ...lines] = renderInspectionText([each], undefined, withEntries).trimEnd().split('\n');
    return { name: show(each.file, mostName), lines: lines.map((line) => line.replace(/^ {2}/, '')) };
  });
}

function markdownOf(
  inspections: readonly Inspection[],
  withEntries: boolean,
  context: ReportContext,
): string {
  const parts = partsOf(inspections, withEntries).map(
    ({ name, lines }) => `## wolfi-repro: ${codeSpan(name)}\n\n${codeFence(lines, '')}`,
  );
  const link = markdownLink('how to read it', pageAddress(context, reportsPage));
  return `${[...parts, `${codeSpan(writerText(context))}, ${link}`].join('\n\n')}\n`;
}

function htmlOf(inspections: readonly Inspection[], withEntries: boolean, context: ReportContext): string {
  const parts = partsOf(inspections, withEntries);
  const [only, ...others] = parts;
  const title = only === undefined || others.length > 0 ? 'packages' : only.name;
  const page: PageParts = {
    title: `inspection: ${title}`,
    head: '<h1>wolfi-repro: inspection</h1>\n<p>What packages contain and say of themselves. Nothing was run.</p>',
    sections: parts.map(
      ({ name, lines }) =>
        `<section class="package">\n<details open>\n<summary><h2><code>${escapeMarkup(name)}</code></h2></summary>\n<pre>${escapeMarkup(lines.join('\n'))}</pre>\n</details>\n</section>`,
    ),
    foot: writerHtml(context, writerText(context)),
    writer: writerText(context),
    differences: [],
    verdicts: [],
  };
  return pageHtml(page);
}
