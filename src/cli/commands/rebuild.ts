/** `wolfi-repro rebuild`. */
import { rebuild } from '../../rebuild.ts';
import { type RawOptions, readSigningKey, requireSubjects, runOptions } from '../options.ts';
import { printData } from '../output.ts';
import { showProgress } from '../progress.ts';
import { cancellable } from '../signals.ts';

export async function rebuildCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  requireSubjects(files);
  const progress = showProgress(raw.log);
  return cancellable(async (signal) => {
    const options = runOptions(raw, signal, progress.onEvent);
    for (const file of files) {
      const rebuilt = await rebuild(
        file,
        { directory: raw.out!, signingKey: readSigningKey(raw.signingKey) },
        options,
      ).finally(() => progress.stop());
      for (const { path } of rebuilt) printData(`${path}\n`);
    }
    return 0;
  });
}
