import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StageClock } from '../../src/cli/stage-clock.ts';
import { type ReportFormat, reportFormatNames } from '../../src/report/format-names.ts';
import { reportFormats } from '../../src/report/formats.ts';
import { runResult } from '../../src/verdict/result.ts';
import { reproduced } from '../support/results.ts';
import { schemaValidator } from '../support/schemas.ts';

describe('how long a run took', () => {
  const stage = (name: 'read' | 'plan' | 'wait' | 'rebuild' | 'compare', ...places: number[]) =>
    ({ kind: 'stage', subject: 'a', stage: name, places }) as const;

  it('is the time between the stages of each package, without what it waited', () => {
    let now = 0;
    const clock = new StageClock(() => now);
    const steps = [
      [0, stage('read', 0)],
      [1000, stage('plan', 0)],
      [3000, stage('wait', 0)],
      [9000, stage('rebuild', 0, 1)],
      [14_000, stage('compare', 0, 1)],
    ] as const;
    for (const [at, event] of steps) {
      now = at;
      clock.take(event);
    }
    now = 16_000;
    clock.finish(0);
    clock.finish(1);
    now = 20_000;
    assert.deepEqual(clock.timings(3), {
      seconds: 20,
      packages: [
        { read: 1, plan: 2, rebuild: 5, compare: 2 },
        { read: 0, plan: 0, rebuild: 5, compare: 2 },
        { read: 0, plan: 0, rebuild: 0, compare: 0 },
      ],
    });
  });

  const run = runResult([reproduced('a.apk'), reproduced('b.apk')]);
  const stages = { read: 0.25, plan: 1, rebuild: 61.5, compare: 2 };
  const timings = { seconds: 70.125, packages: [stages, { ...stages, rebuild: 3 }] };
  const said: Partial<Record<ReportFormat, RegExp>> = {
    text: /^ +0\.25 +1\.00 +61\.50 +2\.00 +64\.75 {2}a\.apk$/m,
    markdown: /^\| 0\.25 \| 1\.00 \| 61\.50 \| 2\.00 \| 64\.75 \| `a\.apk` \|$/m,
    summary: /^\| 0\.25 \| 1\.00 \| 61\.50 \| 2\.00 \| 64\.75 \| `a\.apk` \|$/m,
    html: /<td>61\.50<\/td><td>2\.00<\/td><td>64\.75<\/td><td>a\.apk<\/td>/,
    junit: /<testcase name="a\.apk" classname="wolfi-repro" time="64\.750"\/>/,
    json: /"rebuild": 61\.5/,
  };
  for (const format of reportFormatNames)
    it(`is ${said[format] === undefined ? 'nothing to' : 'said by'} ${format}, and by nothing where it is not asked for`, () => {
      const { render } = reportFormats[format];
      const [plain, timed] = [render(run), render(run, { timings })];
      const pattern = said[format];
      if (pattern === undefined) assert.equal(timed, plain);
      else assert.match(timed, pattern);
      assert.doesNotMatch(plain, /61\.50|64\.75|70\.12/);
    });

  it('fits the published schema', () => {
    const validate = schemaValidator('result-1');
    assert.ok(validate(JSON.parse(reportFormats.json.render(run, { timings }))));
  });
});
