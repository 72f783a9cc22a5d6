/** `wolfi-repro lock`. */
import { counted } from '../../bytes.ts';
import { lock } from '../../lock.ts';
import { renderValue } from '../../report/json.ts';
import { type RawOptions, requireSubjects, runOptions } from '../options.ts';
import { printData, printNote } from '../output.ts';
import { showProgress } from '../progress.ts';
import { cancellable } from '../signals.ts';
import { version } from '../version.ts';

export async function lockCommand(subject: string, raw: RawOptions): Promise<number> {
  requireSubjects([subject]);
  const progress = showProgress(undefined);
  return cancellable(async (signal) => {
    const options = runOptions(raw, signal, progress.onEvent);
    const locked = await lock(subject, options).finally(() => progress.stop());
    const { identity, plan, environment, substituted, findings } = locked;
    const schema = 'wolfi-repro/lock/1';
    printData(renderValue({ schema, identity, plan, environment, substituted, findings }));
    printNote(`plan sha256 ${identity}`);
    if (raw.bundle !== undefined) {
      const { writeBundle } = await import('../../bundle/bundle.ts');
      const { files } = await writeBundle(subject, raw.bundle, version, options);
      printNote(`bundle ${raw.bundle}: ${counted(files.length, 'file')}`);
    }
    return 0;
  });
}
