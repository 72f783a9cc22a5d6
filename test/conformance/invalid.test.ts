/** Damaged and hostile packages through the real program: the right verdict, in bounded memory, without a trace. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { verdictExitCodes } from '../../src/verdict/verdict.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { cache, cannotRebuild, sandbox } from './lab-run.ts';
import { peakOf } from './peak.ts';

type Expected = readonly [verdict: keyof typeof verdictExitCodes, reason: string];

const invalid = join(lab, 'invalid');
const expected = new Map(
  Object.entries(
    JSON.parse(readFileSync(join(invalid, 'expected.json'), 'utf8')) as Record<string, Expected>,
  ),
);
const files = readdirSync(invalid).filter((name) => name.endsWith('.apk'));
const mostMebibytes = 256;

describe('a damaged or hostile package', { skip: cannotRebuild, concurrency: false }, () => {
  it('has its line in the table of verdicts', () => {
    assert.deepEqual([...expected.keys()].sort(), [...files].sort());
  });

  for (const file of files) {
    const [verdict, reason] = expected.get(file) ?? ['rejected', 'malformed'];
    it(`is ${verdict}:${reason} and harms nothing: ${file}`, (t) => {
      const folder = temporaryFolder(t);
      const { argv, report } = commandFor(file, folder);
      const { status, signal, stderr, peakMebibytes } = peakOf(argv, folder);
      assert.equal(signal, null, stderr);
      const [result] = (JSON.parse(readFileSync(report, 'utf8')) as { packages: Judged[] }).packages;
      assert.equal(`${result!.verdict}:${result!.reason}`, `${verdict}:${reason}`, stderr);
      assert.equal(status, verdictExitCodes[verdict], stderr);
      t.diagnostic(`${peakMebibytes} MiB at the most`);
      assert.ok(peakMebibytes <= mostMebibytes, `${peakMebibytes} MiB`);
      assert.deepEqual(
        readdirSync(folder).sort(),
        ['kept', 'report.json'],
        'something was written elsewhere',
      );
    });
  }
});

interface Judged {
  readonly verdict: string;
  readonly reason: string;
}

/** The program as `npm test` compiled it, with its own folder to work in. */
function commandFor(file: string, folder: string): { argv: string[]; report: string } {
  const report = join(folder, 'report.json');
  writeFileSync(join(folder, 'kept'), '');
  return {
    report,
    argv: [
      'verify',
      ...['--key', join(lab, 'lab.rsa.pub')],
      ...['--repository', labEnvironment!],
      ...['--sandbox', sandbox!],
      ...['--cache', cache],
      ...['--output', report],
      join(invalid, file),
    ],
  };
}
