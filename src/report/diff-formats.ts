/** Every format for two sides that were compared by themselves: one row each. */
import type { DiffResult } from '../diff.ts';
import type { DiffFormat } from './format-names.ts';
import { renderDiffHtml } from './html/diff-page.ts';
import { renderDiffJson } from './json-report.ts';
import { renderDiffMarkdown } from './markdown-report.ts';
import { renderDiffText } from './text-report.ts';

export const diffFormats: Readonly<Record<DiffFormat, (result: DiffResult) => string>> = {
  text: (result) => renderDiffText(result),
  json: renderDiffJson,
  markdown: renderDiffMarkdown,
  html: renderDiffHtml,
};
