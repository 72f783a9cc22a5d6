import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { compareContent } from '../../src/compare/comparators/comparators.ts';
import { defaultCompareLimits } from '../../src/compare/compare-limits.ts';
import type { Part } from '../../src/compare/part.ts';
import { grouped } from '../../src/lists.ts';
import { caseFiles } from '../support/known-cases.ts';
import { skipUnless } from '../support/lab.ts';
import { samples } from '../support/samples.ts';
import { oneIn } from '../support/thorough.ts';

const found = spawnSync('diffoscope', ['--version']).status === 0;
const skip = skipUnless(found, 'diffoscope is not installed (apt-get install diffoscope-minimal)');

interface Report {
  readonly source1: string;
  readonly unified_diff: string | null;
  readonly details?: readonly Report[];
}

/** What diffoscope says of the files around the contents, and dumps, whose columns move with every byte. */
const ignoredSources = /^(stat|filetype from file|xxd|hexdump)/;
const dumped = /^[-+]?\s*(0x)?[0-9a-f]{8}:?\s/;
/** Parts have times as numbers, beside which reports write dates. */
const month = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-$/;
const word = /[A-Za-z][A-Za-z_.-]{3,}/g;

function hunksOf(report: Report): string[] {
  const own =
    report.unified_diff === null || ignoredSources.test(report.source1) ? [] : [report.unified_diff];
  return [...own, ...(report.details ?? []).flatMap(hunksOf)];
}

/** Words that stand on one side of a hunk only. */
function locatedWords(hunk: string): string[] {
  const lines = hunk.split('\n').filter((line) => !dumped.test(line));
  const words = (sign: string) =>
    new Set(lines.filter((line) => line.startsWith(sign)).flatMap((line) => line.slice(1).match(word) ?? []));
  const [left, right] = [words('-'), words('+')];
  return [...left].filter((each) => !right.has(each)).concat([...right].filter((each) => !left.has(each)));
}

/** Everything that parts say; a line is also there as a whole, since its pieces cut words. */
function saidIn(parts: readonly Part[]): string {
  const lines = (each: readonly Part[]): string[] =>
    each.flatMap((part) => [
      ...(part.lines ?? []).flatMap((hunk) =>
        hunk.lines.map(({ pieces }) => pieces.map(({ text }) => text).join('')),
      ),
      ...lines(part.children ?? []),
    ]);
  return [JSON.stringify(parts), ...lines(parts)].join('\n');
}

interface Pair {
  readonly path: string;
  readonly published: Uint8Array;
  readonly rebuilt: Uint8Array;
}

/** The sample of each format, and files of the cases that people met. */
const pairs: ReadonlyMap<string, Pair> = new Map<string, Pair>([
  ...Object.entries(samples),
  ...caseFiles()
    .filter(oneIn(6))
    // Instructions are shown by a disassembler, after parts are made (test/engine/objdump.alone.test.ts).
    .filter(({ name }) => !name.startsWith('march-native'))
    .map((each): [string, Pair] => [each.name, each]),
]);

/** One run over all pairs, since starting it takes longer than most of them; what it says of each, by name. */
function judged(folder: string): ReadonlyMap<string, readonly Report[]> {
  const sides = (['published', 'rebuilt'] as const).map((side) => {
    for (const [name, pair] of pairs) {
      mkdirSync(join(folder, side, name), { recursive: true });
      writeFileSync(join(folder, side, name, basename(pair.path)), pair[side]);
    }
    return join(folder, side);
  });
  const run = spawnSync('diffoscope', ['--no-progress', '--json', '-', ...sides], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  assert.equal(run.status, 1, run.stderr);
  const { details = [] } = JSON.parse(run.stdout) as Report;
  return grouped(details, ({ source1 }) => basename(source1));
}

describe('diffoscope as judge of a sample of each format and of what people met', { skip }, () => {
  let reports: ReadonlyMap<string, readonly Report[]>;
  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-judge-'));
    try {
      reports = judged(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [name, { path, published, rebuilt }] of pairs) {
    it(`locates nothing in ${name} that is not among the parts`, async () => {
      const found = reports.get(name);
      assert.ok(found !== undefined, 'it says nothing of the sample');
      const located = found.flatMap(hunksOf).flatMap(locatedWords);
      const said = saidIn(await compareContent(path, published, rebuilt, defaultCompareLimits));
      assert.deepEqual(
        located.filter((each) => !month.test(each) && !said.includes(each)),
        [],
      );
    });
  }
});
