/** `wolfi-repro verify`. */
import { openBundle, requireLocalBundle } from '../../bundle.ts';
import { Failure } from '../../failure.ts';
import type { RunOptions } from '../../options.ts';
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
  requireSomething(files, raw);
  requireSubjects(files);
  const outputs = requireOutputs(raw.output ?? []);
  const progress = showProgress(raw.log);
  return cancellable(async (signal) => {
    const result = await verifyAll(files, raw.bundle, runOptions(raw, signal, progress.onEvent)).finally(() =>
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

function requireSomething(files: readonly string[], { bundle }: RawOptions): void {
  if (bundle !== undefined) requireLocalBundle(bundle);
  if ((files.length === 0) === (bundle === undefined))
    throw new Failure('usage', 'verify takes packages, or --bundle FILE');
}

/** The package of a bundle goes by the bundle's own name. */
async function verifyAll(
  files: readonly string[],
  bundle: string | undefined,
  options: RunOptions,
): Promise<RunResult> {
  if (bundle === undefined) return verify(files, options);
  const opened = await openBundle(bundle, options);
  const result = await verify([opened.path], opened.options);
  return { ...result, packages: result.packages.map((each) => ({ ...each, file: bundle })) };
}
