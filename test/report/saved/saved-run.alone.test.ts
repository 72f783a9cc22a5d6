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
import { type PackageResult, type RunResult, runResult } from '../../../src/verdict/result.ts';
import { pathsIn, replaced } from '../../support/json-paths.ts';
import { randomOf } from '../../support/mutate.ts';
import { difference, notReproduced, reproduced } from '../../support/results.ts';
import { everything, hostile, manyDifferences } from '../../support/runs.ts';

const saved = (result: RunResult) => Buffer.from(renderJson(result));
const refused = (bytes: Uint8Array) =>
  assert.throws(
    () => parseSavedRun(bytes),
    (failure) => failure instanceof Failure && failure.code === 'usage',
  );

describe('a saved result', () => {
  const runs: Readonly<Record<string, () => RunResult>> = {
    everything,
    'what packages put into reports': hostile,
    'more differences than are listed': () => manyDifferences(10_001),
  };
  for (const [what, make] of Object.entries(runs)) {
    it(`gives the JSON again that it was read from: ${what}`, () => {
      const json = renderJson(make());
      assert.equal(renderJson(mergeSavedRuns([parseSavedRun(Buffer.from(json))])), json);
    });
  }

  it('gives the lines again that it was read from, and the same result as JSON', () => {
    const lines = renderJsonLines(everything());
    const read = mergeSavedRuns([parseSavedRun(Buffer.from(lines))]);
    assert.equal(renderJsonLines(read), lines);
    assert.equal(renderJson(read), renderJson(everything()));
  });

  for (const format of reportFormatNames as readonly ReportFormat[]) {
    it(`is shown as ${format} as the run itself was`, () => {
      const { render } = reportFormats[format];
      assert.equal(render(mergeSavedRuns([parseSavedRun(saved(everything()))])), render(everything()));
    });
  }

  it('joins shards in the order given, and holds what two of them state alike once', () => {
    const { packages } = everything();
    const shards = [packages.slice(0, 3), packages.slice(2)].map((each) =>
      parseSavedRun(saved(runResult(each))),
    );
    assert.equal(renderJson(mergeSavedRuns(shards)), renderJson(everything()));
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
    const value = JSON.parse(renderJson(everything())) as unknown;
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
