/** Every format for two sides that were compared by themselves: one row each. */
import type { DiffResult } from '../diff.ts';
import { renderDiffCodeQuality } from './codequality-report.ts';
import { renderDiffText } from './diff-text.ts';
import type { ReportFormat } from './format-names.ts';
import { renderDiffGithub } from './github-report.ts';
import { renderDiffHtml } from './html/diff-page.ts';
import { renderDiffJson } from './json-report.ts';
import { renderDiffJsonLine } from './jsonl-report.ts';
import { renderDiffJunit } from './junit-report.ts';
import { renderDiffMarkdown } from './markdown-report.ts';
import type { ReportContext } from './report-context.ts';
import { renderDiffSarif } from './sarif-report.ts';

/** How two sides that were compared by themselves are shown, by format. */
export const diffFormats: Readonly<
  Record<ReportFormat, (result: DiffResult, context?: ReportContext) => string>
> = {
  text: (result, context) => renderDiffText(result, undefined, undefined, context),
  json: renderDiffJson,
  jsonl: renderDiffJsonLine,
  markdown: renderDiffMarkdown,
  summary: renderDiffMarkdown,
  html: renderDiffHtml,
  sarif: renderDiffSarif,
  junit: renderDiffJunit,
  github: renderDiffGithub,
  codequality: renderDiffCodeQuality,
};
