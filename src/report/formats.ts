/** Every format in which a run can be reported: one row each. */
import type { StatedRun } from '../verdict/stated.ts';
import { renderCodeQuality } from './codequality-report.ts';
import { type ReportFormat, reportEndings } from './format-names.ts';
import { renderGithub } from './github-report.ts';
import { renderHtml } from './html/html-report.ts';
import { renderJson } from './json-report.ts';
import { renderJsonLines } from './jsonl-report.ts';
import { renderJunit } from './junit-report.ts';
import { renderMarkdown, renderSummary } from './markdown-report.ts';
import type { ReportContext } from './report-context.ts';
import { renderSarif } from './sarif-report.ts';
import { renderText } from './text-report.ts';

interface FormatRow {
  /** The ending by which the name of a file shows the format. */
  readonly ending: string;
  readonly render: (result: StatedRun, context?: ReportContext) => string;
}

export const reportFormats: Readonly<Record<ReportFormat, FormatRow>> = {
  text: {
    ending: reportEndings.text,
    render: (result, context) => renderText(result, undefined, undefined, context),
  },
  json: { ending: reportEndings.json, render: renderJson },
  jsonl: { ending: reportEndings.jsonl, render: renderJsonLines },
  markdown: { ending: reportEndings.markdown, render: renderMarkdown },
  summary: { ending: reportEndings.summary, render: renderSummary },
  html: { ending: reportEndings.html, render: renderHtml },
  sarif: { ending: reportEndings.sarif, render: renderSarif },
  junit: { ending: reportEndings.junit, render: renderJunit },
  github: { ending: reportEndings.github, render: renderGithub },
  codequality: { ending: reportEndings.codequality, render: renderCodeQuality },
};
