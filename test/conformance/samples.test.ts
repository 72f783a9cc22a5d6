/** Packages that other people built and published: read from beside the checkout, never copied. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from '../../src/inspect.ts';
import { renderInspectionJson, renderInspectionText } from '../../src/report/inspection.ts';
import { renderText } from '../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { sharedSamples, skipUnless } from '../support/lab.ts';
import { assertReproduced, explain, keyOf, labOptions, sandbox } from './lab-run.ts';

const samples = sharedSamples ?? '';
const absent = skipUnless(sharedSamples, 'the samples are not beside the checkout');
const cannotRun = absent === false ? skipUnless(sandbox, 'steps cannot be run here') : absent;

const keys = sharedSamples === undefined ? [] : readdirSync(join(samples, 'keys'));
const options = labOptions({
  keys: keys.map((name) => keyOf(join(samples, 'keys', name))),
  repositories: [],
  environment: { kind: 'host' },
});

async function verified(file: string, extra: Partial<typeof options> = {}): Promise<PackageResult> {
  const { packages } = await verify([join(samples, file)], { ...options, ...extra });
  return packages[0]!;
}

describe('packages built on a Mac', { skip: cannotRun }, () => {
  const rows = [
    { file: 'custom-ca-certs-1-1.0.0-r0.apk', printed: '0.40.4', zone: -300, osRelease: 'wolfi 20230201' },
    {
      file: 'pretend-baselayout-1.0.0-r0.apk',
      printed: 'v0.0.0-20260224140611-0fb32b58a659',
      zone: -360,
      osRelease: 'unknown',
    },
  ];
  for (const { file, printed, zone, osRelease } of rows) {
    it(`are reproduced with this machine’s own shell, and what was taken over is listed: ${file}`, async () => {
      const result = await verified(file);
      assertReproduced(result, 'valid');
      const { builder } = result.plan!.plan;
      assert.deepEqual(builder.owner, { uid: 501, gid: 20 });
      assert.equal(builder.zoneOffsetMinutes, zone);
      assert.equal(builder.printedVersion, printed);
      assert.equal(builder.clock, null);
      assert.equal(builder.directorySize, 'apfs');
      assert.ok(result.findings.some(({ kind }) => kind === 'builder-owner'));
      const text = renderText(runResult([result]));
      for (const shown of [
        'owner 501:20',
        `time zone ${zone} minutes`,
        `version printed "${printed}"`,
        'file system apfs',
        'group 20 "dialout"',
        `os-release ${osRelease}`,
        'this machine’s own programs',
      ]) {
        assert.ok(text.includes(shown), `${shown} is not in:\n${text}`);
      }
    });
  }

  it('get no statement where the recorded environment cannot be reached', async () => {
    const result = await verified(rows[0]!.file, { environment: { kind: 'recorded' } });
    assert.equal(explain(result).split('\n')[0], 'inconclusive:environment-unavailable');
  });
});

describe('packages that cannot be rebuilt', { skip: absent }, () => {
  const rows: readonly (readonly [file: string, verdict: string, allowUnsigned: boolean])[] = [
    ['bash-doc-5.2.37-r2.apk', 'inconclusive:unsigned', false],
    ['bash-doc-5.2.37-r2.apk', 'inconclusive:no-recipe', true],
    ['ruby3.2-base64-0.2.0-r2.apk', 'inconclusive:no-recipe', false],
    ['kubeflow-pipelines-2.1.3-r7.apk', 'inconclusive:no-recipe', false],
    ['libcap-2.69-r0.apk', 'inconclusive:no-recipe', false],
    ['package-x-1.0.0-r0.apk', 'inconclusive:no-recipe', false],
    ['hello-wolfi-2.12.1-r1.apk', 'inconclusive:unknown-key', false],
    ['hello-wolfi-2.12.1-r1.apk', 'inconclusive:no-recipe', true],
    ['alpine-baselayout-3.4.0-r0.apk', 'inconclusive:unknown-key', false],
    ['alpine-baselayout-3.4.0-r0.apk', 'inconclusive:no-recipe', true],
    ['aws-c-s3-0.4.9-r0.apk', 'rejected:signature-invalid', false],
    ['aws-c-s3-0.4.9-r0.apk', 'rejected:signature-invalid', true],
    ['shbang-test-1-r1.apk', 'inconclusive:unsigned', false],
    ['perl-json-4.11-r0.apk', 'inconclusive:unsigned', false],
  ];
  for (const [file, verdict, allowUnsigned] of rows) {
    const title = `${verdict}: ${file}${allowUnsigned ? ', unsigned ones allowed' : ''}`;
    it(`are said to be ${title}`, async () => {
      const result = await verified(file, { allowUnsigned });
      assert.equal(explain(result).split('\n')[0], verdict, explain(result));
    });
  }
});

describe('inspect', { skip: absent }, () => {
  const files =
    sharedSamples === undefined ? [] : readdirSync(samples).filter((name) => name.endsWith('.apk'));
  for (const file of files) {
    it(`reads every section of a package that somebody published: ${file}`, async () => {
      const inspections = await inspect([join(samples, file)], options);
      const [{ package: read, failure }] = inspections as [(typeof inspections)[0]];
      assert.ok(read !== undefined, failure?.message);
      assert.equal(read.sections.at(-1)!.end, read.size);
      assert.deepEqual(
        read.sections.map(({ start }) => start),
        [0, ...read.sections.slice(0, -1).map(({ end }) => end)],
      );
      const json = JSON.parse(renderInspectionJson(inspections)) as object;
      assert.ok('schema' in json);
      const text = renderInspectionText(inspections, undefined, true);
      for (const { path } of read.sections.flatMap(({ entries }) => entries))
        assert.ok(text.includes(path) || /[^ -~]/.test(path), path);
    });
  }
});
