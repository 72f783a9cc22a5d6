/** `wolfi-repro attest`. */
import { Failure } from '../../failure.ts';
import { requireAttester } from '../attester.ts';
import type { RawOptions } from '../raw-options.ts';
import { readPackages } from '../saved-files.ts';

export async function attestCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  if (raw.outputDir === undefined)
    throw new Failure('usage', 'attest needs a folder to write to', { hint: 'name it: --output-dir DIR' });
  const attester = await requireAttester(raw, raw.outputDir);
  return (await attester(readPackages(files))) ? 0 : 4;
}
