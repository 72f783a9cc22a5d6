/** `wolfi-repro lock`. */
import { lock } from '../../lock.ts';
import { renderValue } from '../../report/json.ts';
import { type RawOptions, requireSubjects, runOptions } from '../options.ts';
import { printData, printNote } from '../output.ts';
import { cancellable } from '../signals.ts';

export async function lockCommand(file: string, raw: RawOptions): Promise<number> {
  requireSubjects([file]);
  return cancellable(async (signal) => {
    const { identity, plan } = await lock(
      file,
      runOptions(raw, signal, () => undefined),
    );
    printData(renderValue(plan));
    printNote(`plan sha256 ${identity}`);
    return 0;
  });
}
