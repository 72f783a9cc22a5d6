import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { Failure, type FailureDetails, failureClasses, type InconclusiveReason } from '../../src/failure.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { type AttemptClass, conclusiveClasses } from '../../src/sweep/attempt.ts';
import type { JobPackage } from '../../src/sweep/job.ts';
import { folderArtifacts } from '../../src/sweep/judge/artifacts.ts';
import { classOfPackage } from '../../src/sweep/judge/attempt-classes.ts';
import { judgeJob } from '../../src/sweep/judge/judge-job.ts';
import type { Lease } from '../../src/sweep/sweep-store.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { statedRun } from '../../src/verdict/stated.ts';
import { makeFolder } from '../support/folder.ts';
import {
  buildFailed,
  cause,
  difference,
  notReproduced,
  packageResult,
  rejected,
  reproduced,
} from '../support/results.ts';
import { sampleJob } from '../support/sweep-jobs.ts';

const folder = makeFolder();
after(() => rmSync(folder, { recursive: true, force: true }));
const artifacts = folderArtifacts(join(folder, 'artifacts'));

const lease: Lease = {
  job: sampleJob('hello'),
  worker: 'one',
  attempt: 1,
  needs: { memoryBytes: 0, diskBytes: 0, seconds: 0 },
  lasts: Number.POSITIVE_INFINITY,
};

/** A program in the place of `verify`: does what it is told with its output, its settings and its descriptor. */
async function judged(script: string, given: { readonly lease?: Lease; readonly signal?: AbortSignal } = {}) {
  const path = join(folder, 'program.cjs');
  const begin = `
    const { readFileSync, writeFileSync, writeSync } = require('node:fs');
    const after = (option) => process.argv[process.argv.indexOf(option) + 1];
    const output = after('--output');
    const settings = JSON.parse(readFileSync(after('--config'), 'utf8')).commands.verify;
  `;
  writeFileSync(path, `${begin}${script}`);
  return judgeJob(
    given.lease ?? lease,
    {
      program: [process.execPath, path],
      tool: '0.1.0',
      settings: { 'memory-mib': 100, repository: ['https://other.example'] },
      env: { PATH: process.env['PATH']! },
      perHost: 1,
      artifacts,
      work: join(folder, 'work'),
      now: Date.now,
    },
    given.signal ?? new AbortController().signal,
  );
}

/** Writes results for the two packages of the job. */
function writes(
  first: PackageResult,
  second: PackageResult,
  checksumOf: (listed: JobPackage) => { readonly q1?: string } = ({ checksum }) => ({ q1: checksum }),
): string {
  const named = [first, second].map((each, at) => {
    const { q1: _q1, ...subject } = each.subject!;
    return {
      ...each,
      file: `${lease.job.packages[at]!.name}=1.0-r0:x86_64`,
      subject: { ...subject, ...checksumOf(lease.job.packages[at]!) },
    };
  });
  writeFileSync(join(folder, 'result.json'), renderJson(statedRun(named)));
  return `writeFileSync(output, readFileSync(${JSON.stringify(join(folder, 'result.json'))}));`;
}

describe('the judge of a job', () => {
  it('makes a row of each package, and keeps the whole result and the log', async () => {
    const differing = notReproduced([
      difference('content', 'a', { causes: [cause('umask'), cause('timestamp')] }),
      difference('content', 'b', { causes: [cause('timestamp')] }),
    ]);
    const cost = { processorSeconds: 500, diskBytes: 12, downloadedBytes: 34 };
    const outcome = await judged(`
      const { mkdirSync } = require('node:fs');
      mkdirSync(after('--log'));
      writeFileSync(after('--log') + '/hello-1.log', 'made it');
      ${writes(reproduced(), differing)}
      writeSync(3, ${JSON.stringify(JSON.stringify(cost))});
    `);
    assert.equal(outcome.class, 'settled');
    assert.deepEqual(
      outcome.rows.map(({ name, verdict, reason, causes }) => [name, verdict, reason, causes]),
      [
        ['hello', 'reproduced', '', []],
        ['hello-doc', 'not-reproduced', outcome.rows[1]!.reason, ['timestamp', 'umask']],
      ],
    );
    const { processorSeconds, diskBytes, downloadedBytes } = outcome.cost;
    assert.deepEqual({ processorSeconds, diskBytes, downloadedBytes }, cost);
    const result = await artifacts.get(outcome.rows[0]!.result!);
    assert.deepEqual(result, readFileSync(join(folder, 'result.json')));
    assert.match(String(Buffer.from((await artifacts.get(outcome.log!))!)), /== hello-1.log\nmade it/);
  });

  it('keeps recipes by their digest beside the log, and none under a digest that is not its own', async () => {
    const [recipe, other] = [Buffer.from('package:\n  name: a\n'), sha256(Buffer.from('a different one'))];
    const outcome = await judged(`
      const { mkdirSync } = require('node:fs');
      mkdirSync(after('--log'));
      for (const digest of ['${sha256(recipe)}', '${other}'])
        writeFileSync(after('--log') + '/' + digest + '.recipe.yaml', ${JSON.stringify(recipe.toString())});
      writeFileSync(after('--log') + '/hello-1.log', 'made it');
      ${writes(reproduced(), reproduced())}
    `);
    assert.deepEqual(await artifacts.get(sha256(recipe)), recipe);
    assert.equal(await artifacts.get(other), undefined);
    assert.doesNotMatch(String(await artifacts.get(outcome.log!)), /name: a/);
  });

  it('puts the repository of the job in front, and raises limits that an earlier attempt exhausted', async () => {
    const needs = { memoryBytes: 2 * 1024 ** 3, diskBytes: 0, seconds: 10 };
    const outcome = await judged('process.stderr.write(JSON.stringify(settings)); process.exit(70)', {
      lease: { ...lease, needs },
    });
    assert.equal(outcome.class, 'internal');
    assert.deepEqual(JSON.parse(outcome.message), {
      'memory-mib': 2048,
      repository: ['https://packages.example/os', 'https://other.example'],
    });
  });

  it('does not take a different file of the same name and version for what the index lists', async () => {
    const other = writes(reproduced(), reproduced());
    const changed = {
      ...lease,
      job: { ...lease.job, packages: lease.job.packages.map((each) => ({ ...each, checksum: 'Q1other' })) },
    };
    const outcome = await judged(other, { lease: changed });
    assert.equal(outcome.class, 'environment-unavailable');
    assert.deepEqual(
      outcome.rows.map(({ verdict, reason, sha256 }) => [verdict, reason, sha256]),
      Array(2).fill(['inconclusive', 'package-unavailable', undefined]),
    );
  });

  it('has no verdict on a package whose result does not say which file it is of', async () => {
    const outcome = await judged(writes(reproduced(), rejected(), () => ({})));
    assert.deepEqual(
      outcome.rows.map(({ verdict }) => verdict),
      ['inconclusive', 'rejected'],
    );
  });

  it('lets the package decide that most wants a further attempt', async () => {
    const outcome = await judged(writes(because('unreachable'), rejected()));
    assert.deepEqual([outcome.class, outcome.rows.length], ['network', 2]);
    assert.equal((await judged(writes(buildFailed(), reproduced()))).class, 'build-failed');
  });

  it('has no rows where the machine is at fault', async () => {
    const outcome = await judged(writes(reproduced(), because('sandbox-unavailable')));
    assert.deepEqual([outcome.class, outcome.rows], ['worker-unfit', []]);
  });

  const ends: readonly (readonly [script: string, ended: AttemptClass])[] = [
    ['process.stderr.write("wolfi-repro: usage\\n"); process.exit(2)', 'worker-unfit'],
    ['process.exit(0)', 'internal'],
    ['process.kill(process.pid, "SIGKILL")', 'memory'],
    ['process.kill(process.pid, "SIGSEGV")', 'internal'],
    ['writeFileSync(output, "{}")', 'internal'],
  ];
  for (const [script, ended] of ends)
    it(`calls it ${ended} where the program ends with ${script}`, async () => {
      const outcome = await judged(script);
      assert.deepEqual([outcome.class, outcome.rows], [ended, []]);
      assert.notEqual(outcome.message, '');
    });

  it('calls it worker-unfit where the program cannot be started', async () => {
    const judging = { program: [join(folder, 'nothing')], tool: '', settings: {}, env: {}, perHost: 1 };
    const more = { artifacts, work: join(folder, 'work'), now: Date.now };
    const outcome = await judgeJob(lease, { ...judging, ...more }, new AbortController().signal);
    assert.equal(outcome.class, 'worker-unfit');
  });

  it('ends the program where it is told to, and gives the job back', async () => {
    const controller = new AbortController();
    const script = 'process.on("SIGTERM", () => process.exit(130)); setInterval(() => 0, 1000);';
    const running = judged(script, { signal: controller.signal });
    setTimeout(() => controller.abort(), 200);
    assert.equal((await running).class, 'cancelled');
  });

  it('has a class for every reason, and names the bound that a build exceeded', () => {
    for (const [code, of] of Object.entries(failureClasses)) {
      if (of !== 'inconclusive') continue;
      const ended = classOf(code as InconclusiveReason);
      if (code !== 'cancelled') assert.notEqual(ended, 'settled', code);
      if (!conclusiveClasses.has(ended)) assert.notEqual(ended, 'internal', code);
    }
    for (const exceeded of ['time', 'memory', 'disk'] as const)
      assert.equal(classOf('build-limit', { exceeded }), exceeded);
    assert.equal(classOf('build-limit', { exceeded: 'processes' }), 'inconclusive');
  });
});

function because(reason: InconclusiveReason): PackageResult {
  const failure = new Failure(reason, 'it is so');
  return packageResult('a.apk', { kind: 'inconclusive', reason, failure });
}

function classOf(reason: InconclusiveReason, details: FailureDetails = {}): AttemptClass {
  const failure = new Failure(reason, 'it is so', details);
  return classOfPackage({ verdict: { kind: 'inconclusive', reason, failure } });
}
