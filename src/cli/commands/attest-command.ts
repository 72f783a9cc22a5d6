/** `wolfi-repro attest`. */
import { Failure } from '../../failure.ts';
import { mergeSavedRuns } from '../../report/saved/saved-run.ts';
import { requireAttester } from '../attester.ts';
import type { RawOptions } from '../raw-options.ts';
import { readSavedRuns } from '../saved-files.ts';

export async function attestCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  if (raw.outputDir === undefined)
    throw new Failure('usage', 'attest needs a folder to write to', { hint: 'name it: --output-dir DIR' });
  const attester = await requireAttester(raw, raw.outputDir);
  const { packages } = mergeSavedRuns(readSavedRuns(files));
  return (await attester(packages)) ? 0 : 4;
}
