/** `wolfi-repro verify`. */
import type { ReportFormat } from '../../report/format-names.ts';
import { reportFormats } from '../../report/formats.ts';
import { renderText } from '../../report/text.ts';
import type { RunResult } from '../../verdict/result.ts';
import { verify } from '../../verify.ts';
import { type RawOptions, requireSubjects, runOptions } from '../options.ts';
import { printData, terminalColumns, terminalStyle } from '../output.ts';
import { showProgress } from '../progress.ts';
import { requireOutputs, writeReport } from '../reports.ts';
import { cancellable } from '../signals.ts';

export async function verifyCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  requireSubjects(files);
  const outputs = requireOutputs(raw.output ?? []);
  const progress = showProgress(raw.log);
  return cancellable(async (signal) => {
    const result = await verify(files, runOptions(raw, signal, progress.onEvent)).finally(() =>
      progress.stop(),
    );
    printData(render(result, raw.format ?? 'text', raw.color));
    for (const { path, format } of outputs) writeReport(path, reportFormats[format].render(result));
    return result.exitCode;
  });
}

function render(result: RunResult, format: ReportFormat, color: boolean): string {
  if (format !== 'text') return reportFormats[format].render(result);
  return renderText(result, terminalStyle(color), terminalColumns());
}
