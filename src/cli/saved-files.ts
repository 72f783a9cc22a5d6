/** Files of saved results that were typed. */
import { shownTyped } from '../address.ts';
import { Failure } from '../failure.ts';
import { parseSavedRun, savedLimits } from '../report/saved/saved-run.ts';
import type { StatedPackage } from '../verdict/stated.ts';
import { requireFiles } from './paths.ts';
import { contentOf, isReadOnce } from './typed-inputs.ts';

/** The packages of each file. Fails with `usage` for what is not a saved result. */
export function readSavedRuns(files: readonly string[]): (readonly StatedPackage[])[] {
  requireFiles(files.filter((each) => !isReadOnce(each)));
  if (files.filter((each) => each === '-').length > 1)
    throw new Failure('usage', 'only one argument can be -, which is standard input');
  return files.map(readSaved);
}

function readSaved(path: string) {
  try {
    return parseSavedRun(contentOf(path, savedLimits.bytes));
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== 'usage') throw failure;
    throw new Failure('usage', `${shownTyped(path)}: ${failure.message}`, {
      ...(failure.expected === undefined ? {} : { expected: failure.expected }),
      hint: 'give files that `verify --format json`, `--format jsonl` or `--output FILE.json` wrote',
    });
  }
}
