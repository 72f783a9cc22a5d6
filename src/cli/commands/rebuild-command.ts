/** `wolfi-repro rebuild`. */
import { printable } from '../../bytes.ts';
import { Failure, failureOfPackage } from '../../failure.ts';
import type { RunOptions } from '../../flow/run-options.ts';
import { type RebuildTarget, type RebuiltOutput, rebuild, rebuildOutputs } from '../../rebuild.ts';
import { chosenDetail } from '../chosen-detail.ts';
import { type GivenPackages, withPackages } from '../given-packages.ts';
import { readSigningKey, runOptions } from '../options.ts';
import { printData, printNote, reportFailure, worstExitCode } from '../output.ts';
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

async function rebuildPackages({ subjects, raw, typed }: GivenPackages, out: string): Promise<number> {
  requireWritableFolder(out);
  const progress = showProgress({
    logs: raw.log && requireWritableFolder(raw.log),
    detail: chosenDetail(raw),
  });
  return cancellable(async (signal) => {
    const options = runOptions(raw, signal, progress.onEvent);
    const target = { directory: out, signingKey: readSigningKey(raw.signingKey) };
    const codes =
      raw.allOutputs === true
        ? await writeOutputs({ subjects, typed }, target, options, progress)
        : await writeEach(subjects, target, options, progress);
    return worstExitCode(codes);
  });
}

type Progress = ReturnType<typeof showProgress>;

/** Rebuilds one after the other; returns the exit codes of those that failed. */
async function writeEach(
  subjects: readonly string[],
  target: RebuildTarget,
  options: RunOptions,
  progress: Progress,
): Promise<readonly number[]> {
  const codes: number[] = [];
  const { signal } = options.machine;
  for (const file of subjects) {
    if (signal.aborted) break;
    try {
      const { path } = await rebuild(file, target, options).finally(() => progress.stop());
      printData(`${path}\n`);
    } catch (thrown) {
      codes.push(reportFailure(failureOfPackage(thrown, signal)));
    }
  }
  return codes;
}

/** Rebuilds all that the recipes make; returns the exit codes of what failed. */
async function writeOutputs(
  { subjects, typed }: Pick<GivenPackages, 'subjects' | 'typed'>,
  target: RebuildTarget,
  options: RunOptions,
  progress: Progress,
): Promise<readonly number[]> {
  const outputs = await rebuildOutputs(subjects, target, options).finally(() => progress.stop());
  return outputs.flatMap((output) => sayOutput(output, typed));
}

/** The path is data; what it is equal to is said beside it. */
function sayOutput(
  { name, outcome, published, isUnscanned }: RebuiltOutput,
  typed: GivenPackages['typed'],
): readonly number[] {
  if (outcome instanceof Failure) {
    printNote(`${printable(typed(name))}:`);
    return [reportFailure(outcome)];
  }
  printData(`${outcome.path}\n`);
  if (published !== undefined)
    printNote(
      `${name}: ${published.isEqual ? 'equal to' : 'differs from'} ${printable(typed(published.file))}`,
    );
  if (published === undefined && isUnscanned)
    printNote(`${name}: its SBOM may lack elements, since nothing here shows what a scan found`);
  return [];
}
