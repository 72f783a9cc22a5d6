/** `wolfi-repro inspect`. */
import { inspect } from '../../inspect.ts';
import { type InspectionFormat, inspectionFormats } from '../../report/format-names.ts';
import { renderInspectionText } from '../../report/inspection.ts';
import { renderInspection } from '../../report/inspection-formats.ts';
import { verdictExitCodes } from '../../verdict/verdict.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { type GivenPackages, withPackages } from '../given-packages.ts';
import { runOptions } from '../options.ts';
import { printData, terminalStyle } from '../output.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { reportContext, requireOutputs, writeReport } from '../reports.ts';

/**
 * Exits with 5 where a file is refused, since what is shown of it cannot be believed; with 4 where one is not a package, or could not be read; with 70
 * where one met a defect.
 */
export async function inspectCommand(files: readonly string[], given: RawOptions): Promise<number> {
  return withPackages(files, given, inspectPackages);
}

async function inspectPackages({ subjects, raw, typed }: GivenPackages): Promise<number> {
  const outputs = requireOutputs(raw.output ?? [], inspectionFormats);
  const progress = showProgress({ detail: chosenDetail(raw) });
  const options = runOptions(raw, new AbortController().signal, progress.onEvent);
  const found = await inspect(subjects, options).finally(() => progress.stop());
  const inspections = found.map((each) => ({ ...each, file: typed(each.file) }));
  const { format = 'text', entries = false } = raw;
  printData(
    format === 'text'
      ? renderInspectionText(inspections, terminalStyle(raw.color), entries)
      : renderInspection(inspections, format as InspectionFormat, entries, reportContext(raw)),
  );
  for (const { path, format: chosen } of outputs)
    writeReport(path, renderInspection(inspections, chosen, entries, reportContext(raw)));
  const classes = inspections.map(({ failure }) => failure?.class);
  if (classes.includes('internal')) return verdictExitCodes.internal;
  if (classes.includes('rejected')) return verdictExitCodes.rejected;
  const isNone = inspections.some(
    ({ failure, package: read }) => failure !== undefined && read === undefined,
  );
  return isNone ? verdictExitCodes.inconclusive : 0;
}
