/** Files of saved results that were typed. */
import { shownTyped } from '../address.ts';
import { Failure } from '../failure.ts';
import { gapText } from '../report/run-notes.ts';
import { mergeSavedDiffs, parseSaved, type Saved } from '../report/saved/saved-diff.ts';
import { mergeSavedRuns, parseSavedRun } from '../report/saved/saved-run.ts';
import { savedLimits } from '../report/saved/saved-values.ts';
import type { StatedDiff } from '../report/stated-diff.ts';
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
  return mergeSavedRuns(readEach(files, parseSavedRun), { allowIncomplete });
}

/** The same of results of which each package counts by itself: what is missing is only said. */
export function readPackages(files: readonly string[]): readonly StatedPackage[] {
  const { packages, incomplete } = readJoined(files);
  for (const gap of incomplete?.gaps ?? []) printNote(`wolfi-repro: warning: ${gapText(gap)}`);
  return packages;
}

/** Results of `verify` as one run, or comparisons of `diff` as one list. Fails with `usage` for what is neither, and for both at once. */
export function readReportable(
  files: readonly string[],
  { allowIncomplete = false }: Pick<RawOptions, 'allowIncomplete'> = {},
): { readonly run: StatedRun } | { readonly diffs: readonly StatedDiff[] } {
  const saved = readEach(files, parseSaved);
  const runs = saved.flatMap((each) => (each.kind === 'run' ? [each.run] : []));
  const diffs = saved.flatMap((each) => (each.kind === 'diffs' ? [each.diffs] : []));
  if (diffs.length === 0) return { run: mergeSavedRuns(runs, { allowIncomplete }) };
  if (runs.length === 0) return { diffs: mergeSavedDiffs(diffs) };
  const kindOf = (kind: Saved['kind']) => shownTyped(files[saved.findIndex((each) => each.kind === kind)]!);
  throw new Failure('usage', 'results of verify and comparisons of diff cannot be in one report', {
    got: `${kindOf('run')} has results of verify, ${kindOf('diffs')} a comparison`,
    hint: 'make a report of each kind',
  });
}

/** What each file holds. Fails with `usage` for what is not a saved result. */
function readEach<T>(files: readonly string[], parse: (bytes: Uint8Array) => T): T[] {
  requireFiles(files.filter((each) => !isReadOnce(each)));
  if (files.filter((each) => each === '-').length > 1)
    throw new Failure('usage', 'only one argument can be -, which is standard input');
  return files.map((path) => readSaved(path, parse));
}

function readSaved<T>(path: string, parse: (bytes: Uint8Array) => T): T {
  try {
    return parse(contentOf(path, savedLimits.bytes));
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== 'usage') throw failure;
    throw new Failure('usage', `${shownTyped(path)}: ${failure.message}`, {
      ...(failure.expected === undefined ? {} : { expected: failure.expected }),
      hint: 'give files that `verify --format json`, `--format jsonl` or `--output FILE.json` wrote',
    });
  }
}
