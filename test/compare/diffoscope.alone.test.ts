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
import { skipUnless } from '../support/lab.ts';
import { samples } from '../support/samples.ts';

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

/** One run over all samples, since starting it takes longer than most of them; what it says of each, by format. */
function judged(folder: string): ReadonlyMap<string, readonly Report[]> {
  const sides = (['published', 'rebuilt'] as const).map((side) => {
    for (const [format, sample] of Object.entries(samples)) {
      mkdirSync(join(folder, side, format), { recursive: true });
      writeFileSync(join(folder, side, format, basename(sample.path)), sample[side]);
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

describe('diffoscope as judge', { skip }, () => {
  let reports: ReadonlyMap<string, readonly Report[]>;
  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-judge-'));
    try {
      reports = judged(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [format, { path, published, rebuilt }] of Object.entries(samples)) {
    it(`locates nothing in ${format} that is not among the parts`, async () => {
      const found = reports.get(format);
      assert.ok(found !== undefined, 'it says nothing of the sample');
      const located = found.flatMap(hunksOf).flatMap(locatedWords);
      const said = saidIn(await compareContent(path, published, rebuilt, defaultCompareLimits));
      assert.deepEqual(
        located.filter((each) => !said.includes(each)),
        [],
      );
    });
  }
});
