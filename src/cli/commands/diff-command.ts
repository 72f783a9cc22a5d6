/** `wolfi-repro diff`. */
import { type DiffOptions, diff } from '../../diff.ts';
import { diffExitCode } from '../../report/stated-diff.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { printDiffs } from '../diff-reports.ts';
import { reportFailure } from '../output.ts';
import { requireFilesOrFolders } from '../paths.ts';
import { showProgress } from '../progress.ts';
import type { RawOptions } from '../raw-options.ts';
import { requireOutputs } from '../reports.ts';
import { isReadOnce, withReopenable } from '../typed-inputs.ts';

/** The command with nothing but its arguments: what `runProgram` makes of it, without the parser of the command line. */
export async function plainDiff(published: string, rebuilt: string): Promise<number> {
  try {
    return await diffCommand(published, rebuilt, { color: true });
  } catch (failure) {
    return reportFailure(failure);
  }
}

/** With a disassembler there is a sandbox, which an interrupt cleans up. */
export async function diffCommand(published: string, rebuilt: string, raw: RawOptions): Promise<number> {
  if (raw.objdump === undefined) return compare(published, rebuilt, raw, {});
  const { cancellable } = await import('../signals.ts');
  const { chosenDisassembler } = await import('../options.ts');
  return cancellable((signal) =>
    compare(published, rebuilt, raw, { disassembler: chosenDisassembler(raw, signal) }),
  );
}

async function compare(
  published: string,
  rebuilt: string,
  raw: RawOptions,
  options: DiffOptions,
): Promise<number> {
  requireFilesOrFolders([published, rebuilt].filter((each) => !isReadOnce(each)));
  const outputs = requireOutputs(raw.output ?? []);
  const progress = showProgress({ isPaced: true, detail: chosenDetail(raw) });
  const compared = await withReopenable([published, rebuilt], ([left, right]) => {
    // What can be read only once is kept aside under a different name.
    const typed = new Map([
      [left!, published],
      [right!, rebuilt],
    ]);
    const onProgress: DiffOptions['onProgress'] = (event) =>
      progress.onEvent({ ...event, subject: typed.get(event.subject) ?? event.subject });
    return diff(left!, right!, { ...options, onProgress });
  }).finally(() => progress.stop());
  const results = [{ ...compared, published, rebuilt }];
  await printDiffs(results, raw, outputs);
  return diffExitCode(results);
}
