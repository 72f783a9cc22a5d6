/** Every format for two sides that were compared by themselves: one row each. */
import type { DiffResult } from '../diff.ts';
import type { DiffFormat } from './format-names.ts';
import { renderDiffHtml } from './html/diff.ts';
import { renderDiffJson } from './json.ts';
import { renderDiffMarkdown } from './markdown.ts';
import { renderDiffText } from './text.ts';

export const diffFormats: Readonly<Record<DiffFormat, (result: DiffResult) => string>> = {
  text: (result) => renderDiffText(result),
  json: renderDiffJson,
  markdown: renderDiffMarkdown,
  html: renderDiffHtml,
};
