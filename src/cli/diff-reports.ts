/** Comparisons of two sides as reports. Each format is loaded when it is asked for: text needs few of them. */
import { busy } from '../busy.ts';
import type { ReportFormat } from '../report/format-names.ts';
import type { StatedDiff } from '../report/stated-diff.ts';
import { printData, terminalColumns, terminalStyle } from './output.ts';
import type { RawOptions } from './raw-options.ts';
import { type Output, reportContext, writeReport } from './reports.ts';

/** Prints comparisons in the format that was asked for, and writes them to the files that were named. */
export async function printDiffs(
  results: readonly StatedDiff[],
  raw: RawOptions,
  outputs: readonly Output[],
): Promise<void> {
  printData(await render(results, raw));
  for (const { path, format } of outputs) writeReport(path, await renderPlain(results, format, raw));
}

async function render(results: readonly StatedDiff[], raw: RawOptions): Promise<string> {
  const { format = 'text', color } = raw;
  if (format !== 'text') return renderPlain(results, format, raw);
  const { renderDiffText } = await import('../report/diff-text.ts');
  return busy(() => renderDiffText(results, terminalStyle(color), terminalColumns(), reportContext(raw)));
}

async function renderPlain(
  results: readonly StatedDiff[],
  format: ReportFormat,
  raw: RawOptions,
): Promise<string> {
  const { diffFormats } = await import('../report/diff-formats.ts');
  return busy(() => diffFormats[format](results, reportContext(raw)));
}
