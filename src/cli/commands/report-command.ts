/** `wolfi-repro report`. */
import { printable } from '../../bytes.ts';
import { judgedAgain } from '../../policy/judge-again.ts';
import { disputed } from '../../report/saved/saved-run.ts';
import { exitCodeOf } from '../../verdict/acceptance.ts';
import { parseFailOn } from '../../verdict/fail-on.ts';
import { printNote } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';
import { printReports, requireOutputs } from '../reports.ts';
import { readJoined } from '../saved-files.ts';
import { requireGate, throughGate, tighten, todayOf } from '../typed-gate.ts';

/** Exits as `verify` would: with the code of the worst verdict of all that do not pass. */
export async function reportCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  const failOn = parseFailOn(raw.failOn ?? []);
  const outputs = requireOutputs(raw.output ?? []);
  const gate = await requireGate(raw, 'saved');
  const merged = judgedAgain(readJoined(files, raw), todayOf(raw));
  for (const file of disputed(merged))
    printNote(`wolfi-repro: warning: results disagree about ${printable(file)}; the worse verdict decides`);
  const result = await throughGate(merged, gate);
  await printReports(result, raw, outputs);
  await tighten(result, gate, raw);
  return exitCodeOf(result, failOn);
}
