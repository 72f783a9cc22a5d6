/** Compares what the real program prints as JSON with the published schemas. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { renderJson } from '../../src/report/json-report.ts';
import { statedRun } from '../../src/verdict/stated.ts';
import { written } from '../policy/support.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fixtures, lab, program } from '../support/lab.ts';
import { labEnvironment, lacksEnvironment } from '../support/lab-environment.ts';
import { cause, difference, notReproduced, reproduced } from '../support/results.ts';
import { schemaNames, schemaValidator } from '../support/schemas.ts';

const key = join(lab, 'lab.rsa.pub');
const goldens = join(lab, 'repository/v0.59.1/x86_64');
const subject = join(goldens, 'hello-shell-1.4.2-r3.apk');
const files = (folder: string) => readdirSync(folder).map((name) => join(folder, name));
const packages = (folder: string) => files(folder).filter((name) => name.endsWith('.apk'));

function printed(...argv: readonly string[]): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

function requireFit(schema: string, value: unknown): void {
  const validate = schemaValidator(schema);
  assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
}

describe('the JSON of the program fits its schema', () => {
  for (const folder of [goldens, join(lab, 'invalid')]) {
    it(`inspections of ${folder.slice(lab.length + 1)}`, () => {
      const value = printed('inspect', '--format', 'json', '--key', key, ...packages(folder));
      requireFit('inspection-1', value);
      assert.equal((value as { packages: unknown[] }).packages.length, packages(folder).length);
    });
  }

  it('what a policy does for packages and by itself', (test) => {
    const folder = temporaryFolder(test);
    const at = (name: string) => join(folder, name);
    const rules = [
      { until: '2027-02-28' },
      { id: 'wide', package: 'nr-*', until: '2027-02-28' },
      { id: 'ends', package: 'zlib', until: '2026-12-05' },
    ];
    writeFileSync(at('policy.yaml'), written(...rules));
    const date = difference('content', 'a', { causes: [cause('timestamp')] });
    const packages = [reproduced(), notReproduced([date]), notReproduced([date, difference('mode', 'b')])];
    writeFileSync(at('result.json'), renderJson(statedRun(packages)));
    const options = ['--policy', at('policy.yaml'), '--today', '2026-12-01', '--format', 'json'];
    const state = printed('policy', 'check', ...options) as Record<string, unknown[]>;
    requireFit('policy-state-1', state);
    assert.deepEqual(
      [state['rules']!.length, state['ending']!.length, state['redundant']!.length],
      [3, 1, 1],
    );
    const explained = printed('policy', 'explain', ...options, 'zlib', at('result.json')) as {
      packages: { outcome: string }[];
      named: { rules: { rule: string }[] }[];
    };
    requireFit('policy-explanation-1', explained);
    assert.deepEqual(
      explained.packages.map(({ outcome }) => outcome),
      ['needs-no-rule', 'accepted', 'not-accepted'],
    );
    assert.deepEqual(explained.named[0]!.rules[0]!.rule, 'ends');
  });

  it('settings', () => {
    requireFit('settings-1', printed('config', 'show', '--format', 'json'));
  });

  it('a machine', (test) => {
    requireFit('doctor-1', printed('doctor', '--format', 'json', '--cache', temporaryFolder(test)));
  });

  const pairs = files(join(fixtures, 'pairs')).slice(0, 4);
  for (const pair of pairs) {
    it(`the folder pair ${pair.slice(fixtures.length + 1)}`, () => {
      requireFit('tree-comparison-1', printed('diff', '--format', 'json', pairs[0]!, pair));
    });
  }

  it('packages that differ and a package that does not', () => {
    const [one, other] = packages(goldens) as [string, string];
    for (const rebuilt of [one, other])
      requireFit('comparison-1', printed('diff', '--format', 'json', one, rebuilt));
  });

  it('a plan of a sweep, which is the same whether or not it is queued', (test) => {
    const folder = temporaryFolder(test);
    const place = join(folder, 'os/x86_64');
    mkdirSync(place, { recursive: true });
    copyFileSync(subject, join(place, basename(subject)));
    spawnSync(process.execPath, [program, 'index', '--signing-key', join(lab, 'lab.rsa'), place]);
    const argv = ['sweep', 'plan', '--key', key, '--repository', dirname(place), '--format', 'json'];
    const [dry, queued] = [['--dry-run'], []].map((more) => {
      const cache = ['--cache', join(folder, 'cache')];
      return printed(...argv, ...cache, ...more, join(folder, 'sweep'), 'hello*', 'nothing') as {
        jobs: { origin: string }[];
        queued?: { builds: number };
      };
    });
    requireFit('sweep-plan-1', dry);
    requireFit('sweep-plan-1', queued);
    assert.deepEqual({ ...queued, queued: undefined }, { ...dry, queued: undefined });
    assert.deepEqual([dry!.queued, queued!.queued], [undefined, { builds: 1 }]);
    assert.equal(queued!.jobs[0]!.origin, 'hello-shell');
  });

  it('a lock', { skip: lacksEnvironment(subject) }, () => {
    requireFit('lock-1', printed('lock', '--key', key, '--repository', labEnvironment!, subject));
  });
});

describe('a schema', () => {
  it('refuses what the program never prints', () => {
    const wrong: Readonly<Record<string, unknown>> = {
      'config-1': { jobs: 0 },
      'settings-1': { schema: 'wolfi-repro/settings/1', file: null, settings: [{ key: 'a' }] },
      'doctor-1': { schema: 'wolfi-repro/doctor/1', found: [{ what: 'a', state: 'ill', detail: '' }] },
      'inspection-1': { schema: 'wolfi-repro/inspection/1', packages: [{ file: 'a', chain: [] }] },
      'comparison-1': { schema: 'wolfi-repro/comparison/1', equal: true, differences: [] },
      'comparisons-1': { schema: 'wolfi-repro/comparisons/1', comparisons: 1 },
      'tree-comparison-1': { schema: 'wolfi-repro/tree-comparison/1', equal: 'no', differences: [] },
      'lock-1': { schema: 'wolfi-repro/lock/1', identity: 'no digest', environment: [], findings: [] },
      'plan-1': { schema: 'wolfi-repro/plan/1', steps: [] },
      'policy-1': { rules: [{ id: 'a' }] },
      'policy-state-1': { schema: 'wolfi-repro/policy-state/1', ended: true },
      'policy-explanation-1': { schema: 'wolfi-repro/policy-explanation/1', packages: [{ outcome: 'fine' }] },
      'attestation-1': { _type: 'https://in-toto.io/Statement/v1', subject: [], predicate: {} },
      'gated-index-1': { schema: 'wolfi-repro/gated-index/1', path: 3 },
      'attestation-decision-1': { schema: 'wolfi-repro/attestation-decision/1', outcome: 'fine' },
      'status-1': { schema: 'wolfi-repro/status/1', share: { reproduced: 1 } },
      'sweep-plan-1': { schema: 'wolfi-repro/sweep-plan/1', jobs: [{ origin: 'a' }] },
      'scan-1': { schema: 'wolfi-repro/scan/1', package: 'demo', packages: [] },
      'result-1': { schema: 'wolfi-repro/result/1', verdict: 'fine', exitCode: 0, packages: [] },
    };
    assert.deepEqual(Object.keys(wrong).sort(), schemaNames);
    for (const [name, value] of Object.entries(wrong)) assert.ok(!schemaValidator(name)(value), name);
  });
});
