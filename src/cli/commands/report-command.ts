/** `wolfi-repro report`. */
import { printable } from '../../bytes.ts';
import { judgedAgain } from '../../policy/judge-again.ts';
import { disputed } from '../../report/saved/saved-run.ts';
import { diffExitCode, type StatedDiff } from '../../report/stated-diff.ts';
import { exitCodeOf } from '../../verdict/acceptance.ts';
import { parseFailOn } from '../../verdict/fail-on.ts';
import { printDiffs } from '../diff-reports.ts';
import { printNote } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';
import { type Output, printReports, requireOutputs } from '../reports.ts';
import { readReportable } from '../saved-files.ts';
import { requireGate, throughGate, tighten, todayOf } from '../typed-gate.ts';

/** Exits as `verify` would: with the code of the worst verdict of all that do not pass. For comparisons as `diff` would. */
export async function reportCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  const failOn = parseFailOn(raw.failOn ?? []);
  const outputs = requireOutputs(raw.output ?? []);
  const gate = await requireGate(raw, 'saved');
  const saved = readReportable(files, raw);
  if ('diffs' in saved) return reportDiffs(saved.diffs, raw, outputs);
  const merged = judgedAgain(saved.run, todayOf(raw));
  for (const file of disputed(merged))
    printNote(`wolfi-repro: warning: results disagree about ${printable(file)}; the worse verdict decides`);
  const result = await throughGate(merged, gate);
  await printReports(result, raw, outputs);
  await tighten(result, gate, raw);
  return exitCodeOf(result, failOn);
}

/** A comparison has no verdict, so nothing lets it pass. */
async function reportDiffs(
  diffs: readonly StatedDiff[],
  raw: RawOptions,
  outputs: readonly Output[],
): Promise<number> {
  const ofVerdicts = (['failOn', 'policy', 'baseline', 'tighten'] as const).filter((key) => {
    const value = raw[key];
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  });
  if (ofVerdicts.length > 0)
    printNote(
      'wolfi-repro: warning: comparisons have no verdicts: --fail-on, a policy and a baseline do not apply',
    );
  await printDiffs(diffs, raw, outputs);
  return diffExitCode(diffs);
}
