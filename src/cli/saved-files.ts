/** Files of saved results that were typed. */
import { shownTyped } from '../address.ts';
import { Failure } from '../failure.ts';
import { gapText } from '../report/run-notes.ts';
import { mergeSavedRuns, parseSavedRun, savedLimits } from '../report/saved/saved-run.ts';
import type { SavedRun } from '../report/saved/saved-runs.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { printNote } from './output.ts';
import { requireFiles } from './paths.ts';
import type { RawOptions } from './raw-options.ts';
import { contentOf, isReadOnce } from './typed-inputs.ts';

/** Saved results as one. Fails with `usage` for what is not a saved result. */
export function readJoined(
  files: readonly string[],
  { allowIncomplete = false }: Pick<RawOptions, 'allowIncomplete'> = {},
): StatedRun {
  return mergeSavedRuns(readSavedRuns(files), { allowIncomplete });
}

/** The same of results of which each package counts by itself: what is missing is only said. */
export function readPackages(files: readonly string[]): readonly StatedPackage[] {
  const { packages, incomplete } = readJoined(files);
  for (const gap of incomplete?.gaps ?? []) printNote(`wolfi-repro: warning: ${gapText(gap)}`);
  return packages;
}

/** What each file holds. Fails with `usage` for what is not a saved result. */
function readSavedRuns(files: readonly string[]): SavedRun[] {
  requireFiles(files.filter((each) => !isReadOnce(each)));
  if (files.filter((each) => each === '-').length > 1)
    throw new Failure('usage', 'only one argument can be -, which is standard input');
  return files.map(readSaved);
}

function readSaved(path: string): SavedRun {
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
