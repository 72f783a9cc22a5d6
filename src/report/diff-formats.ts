/** Every format for two sides that were compared by themselves: one row each. */
import { renderDiffCodeQuality } from './codequality-report.ts';
import { renderDiffText } from './diff-text.ts';
import { type ReportFormat, reportFormatNames } from './format-names.ts';
import { renderDiffGithub } from './github-report.ts';
import { renderDiffHtml } from './html/diff-page.ts';
import { renderDiffJson } from './json-report.ts';
import { renderDiffJsonLine } from './jsonl-report.ts';
import { renderDiffJunit } from './junit-report.ts';
import { renderDiffMarkdown, renderDiffSummary } from './markdown-diff.ts';
import type { ReportContext } from './report-context.ts';
import { renderDiffSarif } from './sarif-report.ts';
import type { StatedDiff } from './stated-diff.ts';

type Renderer = (results: readonly StatedDiff[], context?: ReportContext) => string;

const renderers: Readonly<Record<ReportFormat, Renderer>> = {
  text: (results, context) => renderDiffText(results, undefined, undefined, context),
  json: renderDiffJson,
  jsonl: renderDiffJsonLine,
  markdown: renderDiffMarkdown,
  summary: renderDiffSummary,
  html: renderDiffHtml,
  sarif: renderDiffSarif,
  junit: renderDiffJunit,
  github: renderDiffGithub,
  codequality: renderDiffCodeQuality,
};

/** How two sides that were compared by themselves are shown, by format: one comparison, or several in one report. */
export const diffFormats: Readonly<
  Record<ReportFormat, (result: StatedDiff | readonly StatedDiff[], context?: ReportContext) => string>
> = Object.fromEntries(
  reportFormatNames.map((name) => [
    name,
    (result: StatedDiff | readonly StatedDiff[], context?: ReportContext) =>
      renderers[name]('kind' in result ? [result] : result, context),
  ]),
) as Record<ReportFormat, (result: StatedDiff | readonly StatedDiff[], context?: ReportContext) => string>;
