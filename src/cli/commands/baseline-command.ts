/** `wolfi-repro baseline`. */
import { shownTyped } from '../../address.ts';
import { counted, printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { baselineOf, type LeftOut, renderBaseline } from '../../policy/baseline.ts';
import { dayOf } from '../../policy/day.ts';
import { gatedRun } from '../../policy/gate.ts';
import { judgedAgain } from '../../policy/judge-again.ts';
import { renderStandings } from '../../report/standings-report.ts';
import { printData, printNote } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';
import { readJoined, readPackages } from '../saved-files.ts';
import { readBaseline, replaceFile } from '../typed-gate.ts';

const leftOutTexts: Readonly<Record<LeftOut, string>> = {
  rejected: 'it is rejected, which only a policy accepts, by its digest',
  unvouched: 'no key vouches for it, so only a policy accepts it, by its digest',
  nameless: 'it does not say who it is',
  accepted: 'a policy accepts it, and a baseline would go on accepting it when the rule is over',
  'not-judged': 'the run says nothing of it',
};

/** Writes what is known of the packages of saved results. Exits with 0; what is left out must pass by itself, and is said. */
export async function baselineWriteCommand(files: readonly string[], { out }: RawOptions): Promise<number> {
  if (out === undefined) throw new Failure('usage', 'baseline write takes -o FILE');
  const { baseline, leftOut } = baselineOf(readPackages(files));
  await replaceFile(out, renderBaseline(baseline));
  for (const { result, why } of leftOut)
    printNote(`left out: ${printable(result.file)}: ${leftOutTexts[why]}`);
  const open = [...baseline.packages.values()].filter(({ causes }) => causes.includes('unknown')).length;
  if (open > 0)
    printNote(
      `${counted(open, 'package')} with differences of no known cause: more of them, whatever they are, will pass`,
    );
  printData(`${shownTyped(out)}: ${counted(baseline.packages.size, 'package')}\n`);
  return 0;
}

/** Says what is worse, better or new in saved results. Exits as `verify --baseline` does. */
export async function baselineDiffCommand(
  baseline: string,
  files: readonly string[],
  raw: RawOptions,
): Promise<number> {
  const known = await readBaseline(baseline);
  const today = dayOf(Date.now() / 1000);
  const run = gatedRun(judgedAgain(readJoined(files, raw), today), { baseline: known, today });
  printData(renderStandings(run));
  return run.exitCode;
}
