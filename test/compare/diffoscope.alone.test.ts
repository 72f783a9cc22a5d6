import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { compareContent } from '../../src/compare/comparators/comparators.ts';
import { defaultCompareLimits } from '../../src/compare/compare-limits.ts';
import { temporaryFolder } from '../support/folder.ts';
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

describe('diffoscope as judge', { skip }, () => {
  for (const [format, { path, published, rebuilt }] of Object.entries(samples)) {
    it(`locates nothing in ${format} that is not among the parts`, async (test) => {
      const folder = temporaryFolder(test);
      const files = (['published', 'rebuilt'] as const).map((side) => {
        mkdirSync(join(folder, side));
        const file = join(folder, side, basename(path));
        writeFileSync(file, side === 'published' ? published : rebuilt);
        return file;
      });
      const run = spawnSync('diffoscope', ['--no-progress', '--json', '-', ...files], { encoding: 'utf8' });
      assert.equal(run.status, 1, run.stderr);
      const located = hunksOf(JSON.parse(run.stdout) as Report).flatMap(locatedWords);
      const parts = JSON.stringify(await compareContent(path, published, rebuilt, defaultCompareLimits));
      assert.deepEqual(
        located.filter((each) => !parts.includes(each)),
        [],
      );
    });
  }
});
