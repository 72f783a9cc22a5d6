/** `wolfi-repro report`. */
import { closeSync, openSync } from 'node:fs';
import { shownTyped } from '../../address.ts';
import { Failure } from '../../failure.ts';
import { mergeSavedRuns, parseSavedRun, savedLimits } from '../../report/saved/saved-run.ts';
import { requireFiles } from '../paths.ts';
import type { RawOptions } from '../raw-options.ts';
import { printReports, requireOutputs } from '../reports.ts';
import { isReadOnce, piecesOf } from '../typed-inputs.ts';

/** Exits as `verify` did: with the code of the worst verdict of all. */
export async function reportCommand(files: readonly string[], raw: RawOptions): Promise<number> {
  requireFiles(files.filter((each) => !isReadOnce(each)));
  if (files.filter((each) => each === '-').length > 1)
    throw new Failure('usage', 'only one argument can be -, which is standard input');
  const outputs = requireOutputs(raw.output ?? []);
  const result = mergeSavedRuns(files.map(readSaved));
  await printReports(result, raw, outputs);
  return result.exitCode;
}

function readSaved(path: string) {
  try {
    return parseSavedRun(contentOf(path));
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== 'usage') throw failure;
    throw new Failure('usage', `${shownTyped(path)}: ${failure.message}`, {
      ...(failure.expected === undefined ? {} : { expected: failure.expected }),
      hint: 'give files that `verify --format json`, `--format jsonl` or `--output FILE.json` wrote',
    });
  }
}

/** The content, as far as the limit: what is longer is refused by its length. */
function contentOf(path: string): Buffer {
  const file = path === '-' ? 0 : openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for (const piece of piecesOf(file)) {
      pieces.push(Buffer.from(piece));
      bytes += piece.length;
      if (bytes > savedLimits.bytes) break;
    }
    return Buffer.concat(pieces);
  } finally {
    if (file !== 0) closeSync(file);
  }
}
