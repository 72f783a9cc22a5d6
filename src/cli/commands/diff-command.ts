/** `wolfi-repro diff`. */
import { busy } from '../../busy.ts';
import { type DiffOptions, type DiffResult, diff } from '../../diff.ts';
import type { ReportFormat } from '../../report/format-names.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { printData, reportFailure, terminalColumns, terminalStyle } from '../output.ts';
import { requireFilesOrFolders } from '../paths.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { reportContext, requireOutputs, writeReport } from '../reports.ts';
import { isReadOnce, withReopenable } from '../typed-inputs.ts';

/** The command with nothing but its arguments: what `runProgram` makes of it, without the parser of the command line. */
export async function plainDiff(published: string, rebuilt: string): Promise<number> {
  try {
    return await diffCommand(published, rebuilt, { color: true });
  } catch (failure) {
    return reportFailure(failure);
  }
}

/** With a disassembler there is a sandbox, which an interrupt cleans up. */
export async function diffCommand(published: string, rebuilt: string, raw: RawOptions): Promise<number> {
  if (raw.objdump === undefined) return compare(published, rebuilt, raw, {});
  const { cancellable } = await import('../signals.ts');
  const { chosenDisassembler } = await import('../options.ts');
  return cancellable((signal) =>
    compare(published, rebuilt, raw, { disassembler: chosenDisassembler(raw, signal) }),
  );
}

async function compare(
  published: string,
  rebuilt: string,
  raw: RawOptions,
  options: DiffOptions,
): Promise<number> {
  requireFilesOrFolders([published, rebuilt].filter((each) => !isReadOnce(each)));
  const outputs = requireOutputs(raw.output ?? []);
  const progress = showProgress({ isPaced: true, detail: chosenDetail(raw) });
  const compared = await withReopenable([published, rebuilt], ([left, right]) =>
    diff(left!, right!, { ...options, onProgress: progress.onEvent }),
  ).finally(() => progress.stop());
  const result = { ...compared, published, rebuilt };
  printData(await render(result, raw));
  for (const { path, format } of outputs) writeReport(path, await renderPlain(result, format, raw));
  const same =
    result.kind === 'packages' ? result.comparison.files.equal : result.comparison.likeness === 'identical';
  return same ? 0 : 1;
}

/** Each format is loaded when it is asked for: text needs few of them. */
async function render(result: DiffResult, raw: RawOptions): Promise<string> {
  const { format = 'text', color } = raw;
  if (format !== 'text') return renderPlain(result, format, raw);
  const { renderDiffText } = await import('../../report/diff-text.ts');
  return busy(() => renderDiffText(result, terminalStyle(color), terminalColumns(), reportContext(raw)));
}

async function renderPlain(result: DiffResult, format: ReportFormat, raw: RawOptions): Promise<string> {
  const { diffFormats } = await import('../../report/diff-formats.ts');
  return busy(() => diffFormats[format](result, reportContext(raw)));
}
