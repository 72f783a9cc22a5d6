import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson } from '../../../src/canonical.ts';
import { sha256 } from '../../../src/digest.ts';
import { Failure } from '../../../src/failure.ts';
import { type ReportFormat, reportFormatNames } from '../../../src/report/format-names.ts';
import { reportFormats } from '../../../src/report/formats.ts';
import { renderJson } from '../../../src/report/json-report.ts';
import { renderJsonLines } from '../../../src/report/jsonl-report.ts';
import { disputed, mergeSavedRuns, parseSavedRun } from '../../../src/report/saved/saved-run.ts';
import { type PackageResult, runResult } from '../../../src/verdict/result.ts';
import { type StatedPackage, type StatedRun, statedRun } from '../../../src/verdict/stated.ts';
import { pathsIn, replaced } from '../../support/json-paths.ts';
import { randomOf } from '../../support/mutate.ts';
import { difference, digest, inconclusive, notReproduced, reproduced } from '../../support/results.ts';
import { everything, hostile, incomplete, manyDifferences, shardRun } from '../../support/runs.ts';

const saved = (result: StatedRun) => Buffer.from(renderJson(result));
const refused = (bytes: Uint8Array) =>
  assert.throws(
    () => parseSavedRun(bytes),
    (failure) => failure instanceof Failure && failure.code === 'usage',
  );

describe('a saved result', () => {
  const runs: Readonly<Record<string, () => StatedRun>> = {
    'results that are missing': incomplete,
    everything: () => statedRun(everything().packages, { runs: [shardRun(1, 1)] }),
    'what packages put into reports': () => statedRun(hostile().packages, { runs: [shardRun(1, 1)] }),
    'more differences than are listed': () =>
      statedRun(manyDifferences(10_001).packages, { runs: [shardRun(1, 1)] }),
  };
  for (const [what, make] of Object.entries(runs)) {
    it(`gives the JSON again that it was read from: ${what}`, () => {
      const json = renderJson(make());
      assert.equal(renderJson(mergeSavedRuns([parseSavedRun(Buffer.from(json))])), json);
    });
  }

  it('gives the lines again that it was read from, and the same result as JSON', () => {
    const { length } = everything().packages;
    for (const run of [
      statedRun(everything().packages, { runs: [shardRun(1, 1, { judged: length })] }),
      incomplete(),
    ]) {
      const lines = renderJsonLines(run);
      const read = mergeSavedRuns([parseSavedRun(Buffer.from(lines))]);
      assert.equal(renderJsonLines(read), lines);
      assert.equal(renderJson(read), renderJson(run));
    }
  });

  for (const format of reportFormatNames as readonly ReportFormat[]) {
    it(`is shown as ${format} as the run itself was`, () => {
      const { render } = reportFormats[format];
      assert.equal(render(mergeSavedRuns([parseSavedRun(saved(incomplete()))])), render(incomplete()));
    });
  }

  it('joins shards in the order given, and holds what two of them state alike once', () => {
    const { packages } = everything();
    const runs = [shardRun(1, 2, { judged: 3 }), shardRun(2, 2, { judged: packages.length - 2 })];
    const shards = [packages.slice(0, 3), packages.slice(2)].map((each, at) =>
      parseSavedRun(saved(statedRun(each, { runs: [runs[at]!] }))),
    );
    assert.equal(renderJson(mergeSavedRuns(shards)), renderJson(statedRun(packages, { runs })));
  });

  it('keeps both statements where two files disagree about a package', () => {
    const [first, second] = everything().packages as [PackageResult, PackageResult];
    const run = (each: PackageResult) => parseSavedRun(saved(runResult([{ ...each, file: 'same.apk' }])));
    assert.equal(mergeSavedRuns([run(first), run(second)]).packages.length, 2);
  });

  it('names what is stated with different verdicts, and nothing else', () => {
    const [a, b] = [reproduced('x/a.apk'), notReproduced([difference('mode', 'm')], 'y/a.apk')];
    const same = { ...b, subject: a.subject };
    assert.deepEqual(disputed(runResult([a, same])), ['x/a.apk']);
    assert.deepEqual(disputed(runResult([a, b, reproduced('x/a.apk'), notReproduced([], 'y/a.apk')])), []);
  });

  it('is refused where it is of something else, cut, nested too deep, or a plan in it was changed', () => {
    const whole = saved(everything());
    for (const text of [
      '',
      '{}',
      '[]',
      'null',
      '{"schema":"wolfi-repro/result/2","packages":[]}',
      '{}\n{}\n',
    ])
      refused(Buffer.from(text));
    refused(whole.subarray(0, whole.length - 20));
    refused(Buffer.from(`{"schema":"wolfi-repro/result/1","packages":${'['.repeat(200)}${']'.repeat(200)}}`));
    const changed = whole.toString('utf8').replace('"namespace": "', '"namespace": "x');
    assert.notEqual(changed, whole.toString('utf8'));
    refused(Buffer.from(changed));
  });

  it('is refused or shown in every format, whatever value of it is replaced', () => {
    const value = JSON.parse(renderJson(incomplete())) as unknown;
    const paths = [...pathsIn(value)];
    const random = randomOf(1);
    let shown = 0;
    for (let round = 0; round < 250; round += 1) {
      const path = paths[random(paths.length)]!;
      const old = path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], value);
      const alike = typeof old === 'string' ? 'x' : typeof old === 'number' ? 7 : [];
      const by = round % 2 === 0 ? alike : [null, -1, 1e300, 'x', [], {}, [null], { kind: 'x' }][random(8)];
      const bytes = Buffer.from(JSON.stringify(replaced(value, path, by)));
      try {
        const run = mergeSavedRuns([parseSavedRun(bytes)]);
        const format = reportFormatNames[round % reportFormatNames.length]!;
        reportFormats[format].render(run);
        shown += 1;
      } catch (failure) {
        assert.ok(failure instanceof Failure && failure.code === 'usage', `${path.join('.')}: ${failure}`);
      }
    }
    assert.ok(shown > 10, 'texts and counts can be replaced');
  });

  it('that is cut short says so, wherever it was cut, and is read up to there', () => {
    const { packages } = everything();
    const run = shardRun(1, 1, { judged: packages.length });
    const lines = renderJsonLines(statedRun(packages, { runs: [run] })).split(/(?<=\n)/);
    const parsed = (text: string) => parseSavedRun(Buffer.from(text));
    for (let kept = 1; kept < lines.length; kept += 1) {
      const whole = lines.slice(0, kept).join('');
      const half = `${whole}${lines[kept]!.slice(0, -5)}`;
      for (const text of [whole, half]) {
        const { runs, packages: read } = parsed(text);
        assert.equal(read.length, kept - 1);
        assert.deepEqual(runs, [{ ...run, judged: kept - 1, ended: false }]);
      }
    }
    // Lines that were taken out are missing although the end is there.
    assert.deepEqual(parsed([lines[0], ...lines.slice(2)].join('')).runs, [
      { ...run, judged: packages.length - 1, ended: false },
    ]);
    refused(Buffer.from([lines[1], lines.at(-1)].join('')));
    refused(Buffer.from(lines.join('').replace('\n', ' x\n')));
  });

  it('is as many as there are files behind each other in one, and of older versions is not known', () => {
    const [first, second] = everything().packages as [PackageResult, PackageResult];
    const lines = (each: PackageResult, index: number) =>
      renderJsonLines(statedRun([each], { runs: [shardRun(index, 2, { judged: 1 })] }));
    const old = renderJsonLines(runResult([first]));
    const { runs } = parseSavedRun(Buffer.from([lines(first, 1), old, lines(second, 2)].join('')));
    assert.deepEqual(runs, [shardRun(1, 2, { judged: 1 }), { judged: 1 }, shardRun(2, 2, { judged: 1 })]);
    assert.deepEqual(parseSavedRun(saved(runResult([first, second]))).runs, [{ judged: 2 }]);
  });

  it('is refused where its verdict is about a different file than it says', () => {
    const results: readonly StatedPackage[] = [
      reproduced(),
      notReproduced([difference('mode', 'm')]),
      inconclusive([difference('mode', 'm')]),
    ];
    for (const each of results) {
      const { subject } = each;
      parseSavedRun(saved(statedRun([each])));
      for (const wrong of [{ sha256: digest('else') }, { size: 1 }])
        refused(saved(statedRun([{ ...each, subject: { ...subject!, ...wrong } }])));
      refused(saved(statedRun([{ ...each, subject: undefined }])));
    }
  });

  it('that says what no run says is refused', () => {
    const value = (): { runs: Record<string, unknown>[] } => JSON.parse(renderJson(incomplete()));
    const asked = shardRun(1, 1).asked;
    const wrong: readonly Record<string, unknown>[] = [
      { asked: { ...asked, shard: { index: 0, count: 2 } } },
      { asked: { ...asked, shard: { index: 3, count: 2 } } },
      { asked: { ...asked, shard: { index: 1, count: 1e9 } } },
      { asked: { ...asked, elsewhere: 11 } },
      { asked: { ...asked, list: 'x' } },
      { asked: undefined },
      { judged: -1 },
      { ended: 'yes' },
      { tool: { name: 'wolfi-repro', version: '1\x1b[31m' } },
    ];
    for (const members of wrong) {
      const changed = value();
      Object.assign(changed.runs[0]!, members);
      refused(Buffer.from(JSON.stringify(changed)));
    }
    refused(
      Buffer.from(
        JSON.stringify({ ...value(), runs: Array.from({ length: 10_001 }, () => ({ judged: 0 })) }),
      ),
    );
  });

  it('steers no terminal in any format, whatever its texts hold', () => {
    const steering = 'x\x1b[31m\u202e';
    const packages = renderJsonLines(everything())
      .trimEnd()
      .split('\n')
      .map((line) => steered(JSON.parse(line), steering));
    const run = mergeSavedRuns([
      parseSavedRun(Buffer.from(packages.map((each) => JSON.stringify(each)).join('\n'))),
    ]);
    assert.ok(
      JSON.stringify(run).split(JSON.stringify(steering).slice(1, -1)).length > 100,
      'many texts are taken',
    );
    for (const format of reportFormatNames as readonly ReportFormat[])
      assert.doesNotMatch(reportFormats[format].render(run), /[\x1b\u202e]/, format);
  });
});

/** A saved package with every text replaced that is not refused then. */
function steered(value: unknown, steering: string): unknown {
  let found = value;
  for (const path of pathsIn(value)) {
    if (
      typeof path.reduce((at, key) => (at as Record<string | number, unknown>)[key], value as unknown) !==
      'string'
    )
      continue;
    let next = replaced(found, path, steering);
    if (path[0] === 'plan' && path[1] === 'plan') {
      const { plan } = (next as { plan: { plan: unknown } }).plan;
      next = replaced(next, ['plan', 'identity'], sha256(Buffer.from(canonicalJson(plan))));
    }
    try {
      parseSavedRun(Buffer.from(JSON.stringify(next)));
      found = next;
    } catch (failure) {
      assert.ok(failure instanceof Failure && failure.code === 'usage', `${path.join('.')}: ${failure}`);
    }
  }
  return found;
}
