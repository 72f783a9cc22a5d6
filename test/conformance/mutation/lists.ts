/**
 * Packages judged alone and together with others: whichever files stand beside one on the command line, and in whatever order, its
 * verdict, its plan and what the report says of it are the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RunOptions } from '../../../src/flow/run-options.ts';
import { renderText } from '../../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../../src/verdict/result.ts';
import { verify } from '../../../src/verify.ts';
import type { Random } from '../../support/mutate.ts';
import type { Mutant } from './judge.ts';

export interface JudgedLists {
  /** Verdicts in lists that were held against the verdict alone. */
  readonly compared: number;
  /** In words. */
  readonly defects: readonly string[];
}

/**
 * Verifies each file alone, then all in one run in several orders.
 * @param mutants of one package; each gets the file name of the package in a folder of its own
 * @param neighbours whole files that stand beside them
 */
export async function judgeLists(
  mutants: readonly Mutant[],
  fileName: string,
  neighbours: readonly string[],
  options: RunOptions,
  random: Random,
): Promise<JudgedLists> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-lists-'));
  try {
    const written = mutants.map(({ what, bytes }, index) => {
      const file = join(folder, `${index}-${fileName}`);
      writeFileSync(file, bytes);
      return { what, file };
    });
    const all = [...neighbours.map((file) => ({ what: basename(file), file })), ...written];
    const alone = new Map<string, string>();
    for (const { file } of all) alone.set(file, saidOf((await verify([file], options)).packages[0]!));
    const defects: string[] = [];
    const orders = [all, all.toReversed(), shuffled(all, random)];
    for (const [order, list] of orders.entries()) {
      const { packages } = await verify(
        list.map(({ file }) => file),
        options,
      );
      for (const [index, { what, file }] of list.entries()) {
        const [expected, got] = [alone.get(file)!, saidOf(packages[index]!)];
        if (got !== expected)
          defects.push(
            `in order ${order + 1} of ${list.length}: ${what} (${firstDifference(expected, got)})`,
          );
      }
    }
    return { compared: orders.length * all.length, defects };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What programs of a step print of the time of day, which is another in each run. */
const timeOfDay = /\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g;

/** Everything that a report says of one package, and the whole plan. */
function saidOf(result: PackageResult): string {
  const text = renderText(runResult([result]));
  const output = 'failure' in result.verdict ? (result.verdict.failure.got ?? '') : '';
  return `${output === '' ? text : text.replace(timeOfDay, 'TIME')}plan ${result.plan?.identity}`;
}

function firstDifference(expected: string, got: string): string {
  const [left, right] = [expected.split('\n'), got.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  return `alone "${left[at]?.trim()}", here "${right[at]?.trim()}"`;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(random(rest.length), 1)[0]!);
}
