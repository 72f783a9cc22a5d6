/** `wolfi-repro report`. */
import { printable } from '../../bytes.ts';
import { disputed, mergeSavedRuns } from '../../report/saved/saved-run.ts';
import { failingExitCode, parseFailOn } from '../../verdict/fail-on.ts';
import { printNote } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';
import { printReports, requireOutputs } from '../reports.ts';
import { readSavedRuns } from '../saved-files.ts';
import { requireGate, throughGate, tighten } from '../typed-gate.ts';

/** Exits as `verify` would: with the code of the worst verdict of all that do not pass. */
export async function reportCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  const failOn = parseFailOn(raw.failOn ?? []);
  const outputs = requireOutputs(raw.output ?? []);
  const gate = await requireGate(raw);
  const merged = mergeSavedRuns(readSavedRuns(files));
  for (const file of disputed(merged))
    printNote(`wolfi-repro: warning: results disagree about ${printable(file)}; the worse verdict decides`);
  const result = await throughGate(merged, gate);
  await printReports(result, raw, outputs);
  await tighten(result, gate, raw);
  // Only a run that had nothing to judge saves a result without packages, such as a shard when nothing changed.
  return result.packages.length === 0 ? 0 : failingExitCode(result, failOn);
}
