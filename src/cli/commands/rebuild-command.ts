/** `wolfi-repro rebuild`. */
import { Failure, failureOfPackage } from '../../failure.ts';
import { rebuild } from '../../rebuild.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { type GivenPackages, withPackages } from '../given-packages.ts';
import { readSigningKey, runOptions } from '../options.ts';
import { printData, reportFailure, worstExitCode } from '../output.ts';
import { requireWritableFolder } from '../paths.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { cancellable } from '../signals.ts';

/** Rebuilds every package; exits with the code of the worst of them. */
export async function rebuildCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  if (raw.out === undefined)
    throw new Failure('usage', 'rebuild needs a folder to write to', { hint: 'name it: -o DIR' });
  const { out } = raw;
  return withPackages(files, raw, (packages) => rebuildPackages(packages, out));
}

async function rebuildPackages({ subjects, raw }: GivenPackages, out: string): Promise<number> {
  requireWritableFolder(out);
  const progress = showProgress({
    logs: raw.log && requireWritableFolder(raw.log),
    detail: chosenDetail(raw),
  });
  return cancellable(async (signal) => {
    const options = runOptions(raw, signal, progress.onEvent);
    const target = { directory: out, signingKey: readSigningKey(raw.signingKey) };
    const codes: number[] = [];
    for (const file of subjects) {
      if (signal.aborted) break;
      try {
        const { path } = await rebuild(file, target, options).finally(() => progress.stop());
        printData(`${path}\n`);
      } catch (thrown) {
        codes.push(reportFailure(failureOfPackage(thrown, signal)));
      }
    }
    return worstExitCode(codes);
  });
}
