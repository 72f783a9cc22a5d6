/** `wolfi-repro inspect`. */
import { inspect } from '../../inspect.ts';
import { renderInspectionJson, renderInspectionText } from '../../report/inspection.ts';
import { verdictExitCodes } from '../../verdict/verdict.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { runOptions } from '../options.ts';
import { printData, terminalStyle } from '../output.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { subjectsOf } from '../subjects.ts';

/**
 * Exits with 5 where a file is refused, since what is shown of it cannot be believed; with 4 where one is not a package, or could not be read; with 70
 * where one met a defect.
 */
export async function inspectCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  const subjects = subjectsOf(files, raw);
  const progress = showProgress({ detail: chosenDetail(raw) });
  const options = runOptions(raw, new AbortController().signal, progress.onEvent);
  const inspections = await inspect(subjects, options).finally(() => progress.stop());
  const text =
    raw.format === 'json'
      ? renderInspectionJson(inspections)
      : renderInspectionText(inspections, terminalStyle(raw.color), raw.entries ?? false);
  printData(text);
  const classes = inspections.map(({ failure }) => failure?.class);
  if (classes.includes('internal')) return verdictExitCodes.internal;
  if (classes.includes('rejected')) return verdictExitCodes.rejected;
  const isNone = inspections.some(
    ({ failure, package: read }) => failure !== undefined && read === undefined,
  );
  return isNone ? verdictExitCodes.inconclusive : 0;
}
