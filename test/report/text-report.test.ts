import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { printable } from '../../src/bytes.ts';
import { home } from '../../src/home.ts';
import type { SubstitutedPackage } from '../../src/plan/substituted.ts';
import { programVersion } from '../../src/program-version.ts';
import type { Style } from '../../src/report/style.ts';
import { renderText } from '../../src/report/text-report.ts';
import { runResult } from '../../src/verdict/result.ts';
import {
  bytesPart,
  cause,
  difference,
  digest,
  inconclusive,
  notReproduced,
  rejected,
  reproduced,
  textPart,
} from '../support/results.ts';
import { everything, hostile, manyDifferences, unlikeDifferences } from '../support/runs.ts';

/** As chalk paints: everything that it is handed. */
function paint(open: number, close: number): (...texts: unknown[]) => string {
  return (...texts) => `\u001b[${open}m${texts.join(' ')}\u001b[${close}m`;
}

const coloured: Style = {
  good: paint(32, 39),
  bad: paint(31, 39),
  warn: paint(33, 39),
  faint: paint(2, 22),
  strong: paint(1, 22),
};

const writerLine = `wolfi-repro ${programVersion}: ${home}/v${programVersion}/docs/reports.md`;

describe('results as text', () => {
  it('say the verdict and its reason in the first line of each package', () => {
    const titles = renderText(everything())
      .split('\n\n')
      .map((block) => block.split('\n')[0]);
    assert.deepEqual(titles, [
      'reproduced  packages/hello-1.0-r0.apk',
      'not reproduced (content)  packages/nr-wallclock-1.0.0-r0.apk',
      'build failed (step-failed)  packages/failing-1.0-r0.apk',
      'inconclusive (environment-substituted)  packages/other-1.0-r0.apk',
      'rejected (datahash-mismatch)  packages/changed-1.0-r0.apk',
      'no verdict (internal)  packages/odd-1.0-r0.apk',
      'not reproduced but accepted (content)  packages/accepted-1.0-r0.apk',
      'not reproduced as known (content)  packages/known-1.0-r0.apk',
      'not reproduced (content)  packages/refused-1.0-r0.apk',
      'not reproduced, worst first',
      '9 packages: 1 no verdict, 1 rejected, 2 not reproduced, 1 not reproduced but accepted, 1 not reproduced as known, 1 build failed, 1 inconclusive, 1 reproduced',
    ]);
  });

  it('end every verdict but reproduced with the next step and where it is explained', () => {
    for (const block of renderText(everything()).trimEnd().split('\n\n').slice(1, -2)) {
      const [next, about] = block.split('\n').slice(-2);
      assert.match(next!, /^ {2}next +\S/);
      assert.match(about!, /^ {2}about +https:\/\/\S+\/docs\/verdicts\.md#[a-z-]+$/);
    }
  });

  it('show three packages that are reproduced in full, and each further one in a line', () => {
    const files = ['a', 'b', 'c', 'd', 'e'].map((name) => `packages/${name}-1.0-r0.apk`);
    const run = runResult(files.map((file) => reproduced(file)));
    const blocks = renderText(run).trimEnd().split('\n\n');
    assert.equal(blocks.length, 5);
    assert.deepEqual(blocks.slice(3), [
      files
        .slice(3)
        .map((file) => `reproduced  ${file}`)
        .join('\n'),
      `5 packages: 5 reproduced\n${writerLine}`,
    ]);
    const verbose = renderText(run, undefined, undefined, { detail: 'verbose' }).split('\n\n');
    assert.equal(verbose[0], blocks[0]);
    assert.match(blocks[1]!, /\n {2}as above {4}builder, taken over, recipe$/);
    for (const [at, block] of verbose.slice(0, 5).entries())
      assert.match(block, new RegExp(`${files[at]}\n  package .*\n  bytes `));
  });

  it('say once what several packages share, and name it by its label after that', () => {
    const finding = { kind: 'environment-newer', detail: 'busybox=1-r0' } as const;
    const caveat = 'the environment is that of this machine';
    const shared = (name: string) => ({ ...reproduced(name), findings: [finding], caveats: [caveat] });
    const own = { ...shared('e'), findings: [finding, { ...finding, detail: 'glibc=2-r0' }] };
    const run = runResult([...['a', 'b', 'c', 'd'].map(shared), own]);
    const text = renderText(run);
    for (const said of ['busybox=1-r0', caveat, 'glibc=2-r0']) assert.equal(text.split(said).length, 2, said);
    const [, second, , others] = text.split('\n\n');
    assert.match(second!, /\n {2}as above {4}caveat, finding, builder, taken over, recipe$/);
    assert.match(
      others!,
      /^reproduced {2}d {2}as above: caveat, finding\nreproduced {2}e {2}as above: caveat, finding\n {2}finding .*glibc=2-r0$/,
    );
    assert.equal(renderText(run, undefined, undefined, { detail: 'verbose' }).split(caveat).length, 6);
  });

  it('never leave out of a line what weakens the verdict', () => {
    const signature = { kind: 'unknown-key', keyName: 'other.rsa.pub' } as const;
    const whole = ['a', 'b', 'c'].map((name) => reproduced(name));
    const { verdict } = whole[0]!;
    assert.ok(verdict.kind === 'reproduced');
    const doubtful = {
      ...reproduced('d'),
      verdict: { ...verdict, signature },
      caveats: ['a lesser sandbox'],
    };
    const run = runResult([...whole, doubtful, { ...doubtful, file: 'e' }]);
    const lines = renderText(run).split('\n\n')[3]!.split('\n');
    assert.deepEqual(
      lines.map((line) => line.slice(0, 12).trim()),
      ['reproduced', 'signature', 'caveat', 'reproduced'],
    );
    assert.equal(lines[3], 'reproduced  e  as above: signature, caveat');
    const quiet = renderText(run, undefined, undefined, { detail: 'quiet' }).split('\n');
    assert.deepEqual(quiet.slice(2, 5), [
      'reproduced  c',
      ...['d', 'e'].map((name) => `reproduced  ${name}  but see: signature, caveat`),
    ]);
  });

  it('end with what is not reproduced, worst first, and with the counts', () => {
    const blocks = renderText(everything()).trimEnd().split('\n\n');
    assert.deepEqual(blocks.at(-2)!.split('\n'), [
      'not reproduced, worst first',
      '  no verdict (internal)  packages/odd-1.0-r0.apk',
      '  rejected (datahash-mismatch)  packages/changed-1.0-r0.apk',
      '  not reproduced (content)  packages/nr-wallclock-1.0.0-r0.apk',
      '  not reproduced (content)  packages/refused-1.0-r0.apk',
      '  build failed (step-failed)  packages/failing-1.0-r0.apk',
      '  inconclusive (environment-substituted)  packages/other-1.0-r0.apk',
      '  not reproduced but accepted (content)  packages/accepted-1.0-r0.apk',
      '  not reproduced as known (content)  packages/known-1.0-r0.apk',
    ]);
    assert.match(blocks.at(-1)!, /^9 packages: /);
    const many = runResult(Array.from({ length: 60 }, (_, at) => rejected(`p${at}`)));
    assert.match(renderText(many), /\n {2}… and 10 more; --format json lists/);
  });

  it('are a line for each package and the counts where less is asked for', () => {
    const run = runResult([reproduced('a'), rejected('b')]);
    assert.equal(
      renderText(run, undefined, undefined, { detail: 'quiet' }),
      'reproduced  a\nrejected (datahash-mismatch)  b\n\n2 packages: 1 rejected, 1 reproduced\n',
    );
    assert.equal(
      renderText(runResult([reproduced('a')]), undefined, undefined, { detail: 'quiet' }),
      'reproduced  a\n',
    );
  });

  it('list each package that replaces a recorded one, and count what is cut', () => {
    const image = digest('manifest');
    const result = (packages: readonly SubstitutedPackage[]) =>
      renderText(
        runResult([{ ...inconclusive([]), substituted: { kind: 'image', image, recorded: 3, packages } }]),
      );
    const few = result([
      { name: 'busybox', recorded: '1.36-r1', used: '1.36-r2' },
      { name: 'gone', recorded: '1-r0' },
      { name: 'more', used: '2-r0' },
    ]);
    const lines = ['busybox 1.36-r2 for 1.36-r1', 'gone 1-r0 is missing', 'more 2-r0 is not recorded'];
    assert.ok(few.includes(`  instead     ${lines.join(`\n${' '.repeat(14)}`)}\n`), few);
    const many = Array.from({ length: 50 }, (_, at) => ({ name: `p${at}`, used: '1-r0' }));
    assert.ok(result(many).includes('… and 10 more; --format json lists up to 10000'));
  });

  it('show under a difference its causes and what differs inside', () => {
    const result = runResult([
      notReproduced([
        difference('content', 'usr/bin/tool', {
          published: 'one',
          rebuilt: 'two',
          parts: [textPart('build.log'), bytesPart('.rodata')],
          causes: [
            cause('timestamp', {
              place: 'line 42',
              published: 'then',
              rebuilt: 'now',
              why: 'both are dates',
            }),
          ],
        }),
      ]),
    ]);
    const lines = renderText(result).split('\n');
    const start = lines.findIndex((line) => line.startsWith('  differs'));
    assert.deepEqual(
      lines.slice(start - 1, start + 10).map((line) => line.slice(2)),
      [
        'causes      time of the build: docs/differences/timestamp.md',
        'differs     data usr/bin/tool: content: one → two',
        '              cause: time of the build (likely): both are dates [line 42: then → now]',
        '              build.log',
        '                @@ -41,4 +41,3 @@',
        '                  Compiled with cc 14.2.0 for x86_64-linux-musl',
        '                - Built on Sat Jun 15 12:00:03 UTC by melange',
        '                - in /tmp/tmp.Xk3ah1',
        '                + Built on Mon Nov 23 09:41:07 UTC by melange',
        '                  ',
        '              .rodata',
      ],
    );
    assert.ok(lines.some((line) => line.includes('- 00001a40  4a 75 6e 20 31 35 20 32  Jun 15 2')));
  });

  it('fold many differences and say how many are not shown', () => {
    const alike = renderText(manyDifferences(10_000));
    assert.ok(alike.split('\n').length < 100);
    assert.doesNotMatch(alike, /… and \d+ more; /);
    const unlike = renderText(unlikeDifferences(10_000));
    assert.ok(unlike.split('\n').length < 400);
    assert.match(unlike, /… and 9960 more; --format json lists up to 10000/);
  });

  it('fit a terminal of 80 columns, except names of files, which can be copied', () => {
    for (const result of [everything(), manyDifferences(100), hostile()]) {
      const names = new Set(result.packages.map(({ file }) => printable(file)));
      const wide = renderText(result, undefined, 80)
        .split('\n')
        .filter((line) => line.length > 80 && !names.has(line.trim()));
      assert.deepEqual(wide, []);
    }
  });

  it('say the same with colours and without', () => {
    for (const columns of [undefined, 80]) {
      const plain = renderText(everything(), undefined, columns);
      const painted = renderText(everything(), coloured, columns);
      assert.notEqual(painted, plain);
      assert.equal(stripVTControlCharacters(painted), plain);
    }
  });

  it('lose no word to the width of the terminal', () => {
    const words = (text: string) =>
      text
        .replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…')
        .split(/\s+/)
        .join('');
    const wrapped = renderText(everything(), undefined, 80).replace(/([0-9a-f]{12})[0-9a-f]{52}/g, '$1…');
    assert.equal(words(wrapped), words(renderText(everything())));
  });
});
