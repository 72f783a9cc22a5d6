/** `wolfi-repro fetch`. */
import { shownAddress } from '../../address.ts';
import { counted } from '../../bytes.ts';
import { failureOfPackage } from '../../failure.ts';
import { lock } from '../../lock.ts';
import { verdictExitCodes } from '../../verdict/verdict.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { runOptions } from '../options.ts';
import { printData, reportFailure } from '../output.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { cancellable } from '../signals.ts';
import { subjectsOf } from '../subjects.ts';

/** Fetches for every package; exits with 4 where one lacks something, and with 70 where one met a defect. */
export async function fetchCommand(given: readonly string[], raw: RawOptions): Promise<number> {
  const subjects = subjectsOf(given, raw);
  const progress = showProgress({ detail: chosenDetail(raw) });
  return cancellable(async (signal) => {
    const options = runOptions(raw, signal, progress.onEvent);
    let exitCode = 0;
    for (const subject of subjects) {
      try {
        const { environment, plan, identity } = await lock(subject, options).finally(() => progress.stop());
        const counts = `${counted(environment.length, 'package')}, ${counted(plan.sources.length, 'source')}`;
        printData(`${shownAddress(subject)}: ${counts}, plan sha256 ${identity}\n`);
      } catch (thrown) {
        const exitCodeOfPackage = reportFailure(failureOfPackage(thrown, signal));
        const defect =
          exitCodeOfPackage === verdictExitCodes.internal || exitCode === verdictExitCodes.internal;
        exitCode = defect ? verdictExitCodes.internal : verdictExitCodes.inconclusive;
      }
    }
    return exitCode;
  });
}
