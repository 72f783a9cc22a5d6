import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/failure.ts';
import { acceptanceOf } from '../../src/policy/apply-policy.ts';
import { parseDay } from '../../src/policy/day.ts';
import { gatedRun } from '../../src/policy/gate.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import {
  buildFailed,
  cause,
  difference,
  digest,
  inconclusive,
  notJudged,
  notReproduced,
  packageResult,
  rejected,
  reproduced,
  unequal,
} from '../support/results.ts';
import { policyOf, today, type Written } from './support.ts';

const date = difference('content', 'usr/share/nr/date', { causes: [cause('timestamp')] });
const mode = difference('mode', 'usr/bin/tool', { causes: [cause('umask')] });
const follows = difference('field', '.PKGINFO', {
  section: 'control',
  name: 'datahash',
  followsFrom: { kind: 'data-section' },
});

/** The ids of the rules that accept a package, or `undefined` where it is not accepted. */
function accepting(policy: Policy, result: PackageResult, day = today): string[] | undefined {
  const { accepted } = acceptanceOf(policy, result, day);
  return accepted.length === 0 ? undefined : accepted.map(({ rule }) => rule);
}

/** Why each rule that is about a package does not accept it. */
function refusing(policy: Policy, result: PackageResult): Readonly<Record<string, string>> {
  const { refused = [] } = acceptanceOf(policy, result, today);
  return Object.fromEntries(refused.map(({ rule, why }) => [rule, why]));
}

describe('a rule', () => {
  const one = notReproduced([date, follows]);

  const fitting: readonly Written[] = [
    {},
    { package: ['zlib', 'nr-*'] },
    { version: '1.0.*' },
    { version: '>=1.0 <1.1' },
    { architecture: ['aarch64', 'x86_64'] },
    { sha256: digest('packages/nr-wallclock-1.0.0-r0.apk') },
    { cause: ['umask', 'timestamp'] },
    { path: 'usr/share/**' },
    { cause: undefined, path: '**/date' },
    { verdict: ['not-reproduced/content', 'build-failed/step-failed'] },
  ];
  for (const rule of fitting)
    it(`accepts a package: ${JSON.stringify(rule)}`, () =>
      assert.deepEqual(accepting(policyOf(rule), one), ['rule-1']));

  const others: readonly (readonly [Written, string | undefined])[] = [
    [{ package: 'nr-' }, undefined],
    [{ version: '1.1.*' }, undefined],
    [{ version: '<1.0.0-r0' }, undefined],
    [{ architecture: 'aarch64' }, undefined],
    [{ sha256: digest('a different file') }, undefined],
    [{ verdict: 'not-reproduced/metadata-only' }, 'other-verdict'],
    [{ cause: 'umask' }, 'other-differences'],
    [{ confidence: 'certain' }, 'other-differences'],
    [{ path: 'usr/bin/**' }, 'other-differences'],
    [{ until: '2026-11-30' }, 'expired'],
    [{ until: '2026-11-30', cause: 'umask' }, 'other-differences'],
  ];
  for (const [rule, why] of others)
    it(`does not: ${JSON.stringify(rule)}`, () => {
      assert.equal(accepting(policyOf(rule), one), undefined);
      assert.deepEqual(refusing(policyOf(rule), one), why === undefined ? {} : { 'rule-1': why });
    });

  it('holds on its last day and not on the next', () => {
    const policy = policyOf({ until: '2026-12-01' });
    assert.deepEqual(accepting(policy, one), ['rule-1']);
    assert.equal(accepting(policy, one, parseDay('2026-12-02')!), undefined);
  });

  it('accepts nothing where one difference has no rule, and says which', () => {
    const { accepted, refused, uncovered } = acceptanceOf(
      policyOf({}),
      notReproduced([date, mode, mode]),
      today,
    );
    assert.deepEqual(accepted, []);
    assert.deepEqual(
      refused?.map(({ why }) => why),
      ['not-everything'],
    );
    assert.deepEqual(uncovered, {
      count: 2,
      example: { section: 'data', path: 'usr/bin/tool', causes: ['umask'] },
    });
  });

  it('accepts together with others what none of them accepts alone', () => {
    const policy = policyOf({}, { cause: 'umask' }, { cause: 'locale' });
    assert.deepEqual(accepting(policy, notReproduced([date, mode])), ['rule-1', 'rule-2']);
    const { accepted } = acceptanceOf(policy, notReproduced([date, mode, mode]), today);
    assert.deepEqual(
      accepted.map(({ differences }) => differences),
      [1, 2],
    );
  });

  it('accepts a difference of two causes only where both are accepted', () => {
    const both = notReproduced([
      difference('content', 'usr/x', { causes: [cause('timestamp'), cause('unknown')] }),
    ]);
    assert.equal(accepting(policyOf({}), both), undefined);
    assert.deepEqual(accepting(policyOf({}, { cause: 'unknown', path: 'usr/x' }), both), [
      'rule-1',
      'rule-2',
    ]);
  });

  it('accepts no difference for which no cause was looked for, unless by its path', () => {
    const bare = notReproduced([difference('content', 'usr/share/nr/date')]);
    assert.equal(accepting(policyOf({}), bare), undefined);
    assert.deepEqual(accepting(policyOf({ cause: undefined, path: 'usr/share/nr/*' }), bare), ['rule-1']);
  });

  it('accepts a file under a different path only where both paths are its own', () => {
    const moved = notReproduced([difference('moved', 'usr/lib/a', { rebuilt: 'usr/bin/a' })]);
    assert.equal(accepting(policyOf({ cause: undefined, path: 'usr/lib/**' }), moved), undefined);
    assert.deepEqual(accepting(policyOf({ cause: undefined, path: ['usr/lib/*', 'usr/bin/*'] }), moved), [
      'rule-1',
    ]);
  });

  it('does not accept what no report lists, unless it accepts the file by its digest', () => {
    const comparison = unequal([date]);
    const sections = comparison.sections.map((each) =>
      each.section === 'data' ? { ...each, unlisted: 5 } : each,
    );
    const many = packageResult('a.apk', {
      kind: 'not-reproduced',
      reason: 'content',
      comparison: { ...comparison, sections },
    });
    assert.equal(accepting(policyOf({}), many), undefined);
    assert.deepEqual(acceptanceOf(policyOf({}), many, today).uncovered, { count: 5 });
    assert.deepEqual(accepting(policyOf({ cause: undefined, sha256: digest('a.apk') }), many), ['rule-1']);
  });

  it('accepts a failure by its reason, and a rejected file by its digest', () => {
    const whole = { cause: undefined };
    assert.deepEqual(accepting(policyOf({ ...whole, verdict: 'build-failed/step-failed' }), buildFailed()), [
      'rule-1',
    ]);
    assert.equal(
      accepting(policyOf({ ...whole, verdict: 'build-failed/output-missing' }), buildFailed()),
      undefined,
    );
    const rule = {
      ...whole,
      verdict: 'rejected/datahash-mismatch',
      sha256: digest('packages/changed-1.0-r0.apk'),
    };
    assert.deepEqual(accepting(policyOf(rule), rejected()), ['rule-1']);
    assert.equal(accepting(policyOf(rule), rejected('packages/other-1.0-r0.apk')), undefined);
  });

  it('is about nothing of which the name is not known', () => {
    const rule = {
      cause: undefined,
      package: '*wallclock*',
      verdict: 'inconclusive/environment-substituted',
    };
    assert.equal(accepting(policyOf(rule), inconclusive()), undefined);
  });

  it('looks at what differs where a verdict without a proof has a comparison', () => {
    const failure = new Failure('environment-substituted', 'it was a different one');
    const verdict = { kind: 'inconclusive', reason: 'environment-substituted', failure } as const;
    const compared = packageResult('a.apk', { ...verdict, comparison: unequal([date, mode]) });
    const rule = { verdict: 'inconclusive/environment-substituted' };
    assert.equal(accepting(policyOf(rule), compared), undefined);
    assert.deepEqual(accepting(policyOf({ ...rule, cause: ['timestamp', 'umask'] }), compared), ['rule-1']);
    assert.equal(
      accepting(policyOf({ ...rule, cause: 'timestamp' }), packageResult('a.apk', verdict)),
      undefined,
    );
  });
});

describe('a policy in a run', () => {
  const gated = (policy: Policy, ...packages: PackageResult[]) =>
    gatedRun(runResult(packages), { policy, today });
  const notices = (policy: Policy, ...packages: PackageResult[]) =>
    gated(policy, ...packages).policy!.notices.map(({ kind, rule }) => `${rule} ${kind}`);

  it('changes no verdict, only the exit code', () => {
    const run = gated(policyOf({}), notReproduced([date]), reproduced());
    assert.deepEqual(
      run.packages.map(({ verdict }) => verdict.kind),
      ['not-reproduced', 'reproduced'],
    );
    assert.deepEqual([run.verdict, run.exitCode], ['not-reproduced', 0]);
    assert.equal(run.packages[1]!.policy!.accepted.length, 0);
  });

  it('fails where a package is not accepted', () => {
    assert.equal(gated(policyOf({}), notReproduced([date]), notReproduced([mode])).exitCode, 1);
    assert.equal(gated(policyOf({}), notReproduced([date]), notJudged()).exitCode, 70);
  });

  it('fails last where a rule is not needed, and only where its package was compared', () => {
    const twice = policyOf({}, { cause: 'umask', id: 'second' });
    assert.equal(gated(twice, notReproduced([date])).exitCode, 6);
    assert.deepEqual(notices(twice, notReproduced([date])), ['second unused']);
    assert.deepEqual(notices(twice, reproduced()), ['rule-1 unused', 'second unused']);
    assert.deepEqual(notices(policyOf({ package: 'zlib' }), notReproduced([date])), []);
    assert.deepEqual(notices(twice, buildFailed()), [], 'nobody knows whether it is needed');
    assert.deepEqual(notices(twice, notReproduced([date]), buildFailed()), []);
    assert.deepEqual(notices(policyOf({ sometimes: true }), reproduced()), []);
  });

  it('does not call a rule unused that accepts a part', () => {
    assert.deepEqual(notices(policyOf({}), notReproduced([date, mode])), []);
  });

  it('says 14 and 7 days before, and afterwards, that a rule ends', () => {
    const ending = (until: string) => notices(policyOf({ until }), notReproduced([date]));
    assert.deepEqual(ending('2026-12-16'), []);
    assert.deepEqual(ending('2026-12-15'), ['rule-1 ends-soon']);
    assert.deepEqual(ending('2026-12-09'), ['rule-1 ends-soon']);
    assert.deepEqual(ending('2026-12-08'), ['rule-1 about-to-end']);
    assert.deepEqual(ending('2026-12-01'), ['rule-1 about-to-end']);
    assert.deepEqual(ending('2026-11-30'), ['rule-1 expired']);
  });

  it('says in every run that a rule is about packages of nearly every name', () => {
    assert.deepEqual(notices(policyOf({ package: '*' }), notReproduced([date])), [
      'rule-1 for-every-package',
    ]);
  });
});
