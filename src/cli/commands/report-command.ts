/** `wolfi-repro report`. */
import { mergeSavedRuns } from '../../report/saved/saved-run.ts';
import { failingExitCode, parseFailOn } from '../../verdict/fail-on.ts';
import type { RawOptions } from '../raw-options.ts';
import { printReports, requireOutputs } from '../reports.ts';
import { readSavedRuns } from '../saved-files.ts';
import { requireGate, throughGate, tighten } from '../typed-gate.ts';

/** Exits as `verify` would: with the code of the worst verdict of all that do not pass. */
export async function reportCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  const failOn = parseFailOn(raw.failOn ?? []);
  const outputs = requireOutputs(raw.output ?? []);
  const gate = await requireGate(raw);
  const result = await throughGate(mergeSavedRuns(readSavedRuns(files)), gate);
  await printReports(result, raw, outputs);
  await tighten(result, gate, raw);
  // Only a run that had nothing to judge saves a result without packages, such as a shard when nothing changed.
  return result.packages.length === 0 ? 0 : failingExitCode(result, failOn);
}
