import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { acceptanceOf } from '../../src/policy/apply-policy.ts';
import { type RuleMembers, ruleFor, withoutRules, withRule } from '../../src/policy/edit-policy.ts';
import { explainPackage, policyState, rulesAbout } from '../../src/policy/explain-policy.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { renderExplained, renderPolicyState } from '../../src/report/policy-report.ts';
import { failure } from '../support/failures.ts';
import { buildFailed, cause, difference, notReproduced, rejected, reproduced } from '../support/results.ts';
import { policyOf, today, usual } from './support.ts';

const commented = `# who lets what through
owners: [ann, "bob"] # both in Berlin

rules:
  # the first
  - id: one   # number 1
    reason: 'it''s known: #7'
    owner: ann
    until: 2027-01-31
    package: [zlib, zlib-*]
    verdict: not-reproduced
    cause: timestamp

  # the second
  - id: two
    reason: >-
      a long reason
      of two lines
    owner: bob
    until: 2026-11-30
    verdict: build-failed/step-failed
    package: go
`;
const members: RuleMembers = {
  owner: 'bob',
  reason: 'a: b # c',
  verdict: 'not-reproduced',
  cause: ['umask', 'locale'],
  package: '1.10',
  id: 'three',
};

describe('the file of a policy that is changed', () => {
  it('keeps every line, comments and order included, where a rule is added', () => {
    const changed = withRule(Buffer.from(commented), 'policy.yaml', members, today).toString('utf8');
    assert.ok(changed.startsWith(commented));
    const { rules } = parse(changed) as { rules: object[] };
    // A third party reads what was written; the last day is 90 days ahead.
    assert.deepEqual(rules[2], {
      id: 'three',
      reason: 'a: b # c',
      owner: 'bob',
      until: '2027-03-01',
      package: '1.10',
      verdict: 'not-reproduced',
      cause: ['umask', 'locale'],
    });
    assert.deepEqual(Object.keys(rules[2]!), [
      'id',
      'reason',
      'owner',
      'until',
      'package',
      'verdict',
      'cause',
    ]);
  });

  it('begins with the first rule, and can lose the last', () => {
    const begun = withRule(undefined, 'policy.yaml', members, today);
    const policy = parsePolicy(begun, 'policy.yaml', today);
    const empty = withoutRules(begun, policy, new Set(['three']));
    assert.equal(empty.toString(), 'rules: []\n');
    assert.deepEqual(withRule(empty, 'policy.yaml', members, today), begun);
  });

  it('keeps the other rules with their comments where one is removed', () => {
    const policy = parsePolicy(Buffer.from(commented), 'policy.yaml', today);
    const left = withoutRules(Buffer.from(commented), policy, new Set(['one'])).toString('utf8');
    for (const text of [
      '# who lets what through',
      '# both in Berlin',
      '# the second',
      'a long reason',
      'id: two',
    ])
      assert.ok(left.includes(text), text);
    assert.doesNotMatch(left, /id: one|# number 1|zlib/);
    assert.deepEqual(
      parsePolicy(Buffer.from(left), 'policy.yaml', today).rules.map(({ id }) => id),
      ['two'],
    );
  });

  it('is not changed to what would be wrong', () => {
    const wrong: readonly RuleMembers[] = [
      { ...members, id: 'one' },
      { ...members, owner: 'carl' },
      { ...members, cause: 'bad-luck' },
      { ...members, until: '2029-01-01' },
      { ...members, color: 'red' },
      { ...members, package: '*', cause: 'unknown' },
    ];
    for (const rule of wrong)
      assert.throws(() => withRule(Buffer.from(commented), 'policy.yaml', rule, today), failure('usage'));
    for (const text of ['rules: {}', 'rules: &a []\nx: *a', 'no: list'])
      assert.throws(() => withRule(Buffer.from(text), 'policy.yaml', members, today), failure('usage'), text);
  });
});

describe('the rule for a package of a result', () => {
  const date = difference('content', 'usr/share/date', { causes: [cause('timestamp')] });
  const unknown = difference('content', 'usr/bin/tool', { causes: [cause('unknown')] });
  const rest = { owner: 'ann', reason: 'known' };
  for (const [what, result, narrowing] of [
    ['a cause', notReproduced([date]), { cause: 'timestamp' }],
    [
      'paths where a cause is not known',
      notReproduced([date, unknown]),
      { path: ['usr/share/date', 'usr/bin/tool'] },
    ],
    ['its digest where it is rejected', rejected(), { sha256: rejected().subject!.sha256 }],
    ['nothing more where its build fails', buildFailed(), {}],
  ] as const)
    it(`names ${what}, and accepts it`, () => {
      const { id, package: name, verdict, ...others } = ruleFor(result);
      assert.deepEqual(others, narrowing);
      const file = withRule(undefined, 'policy.yaml', { ...rest, ...ruleFor(result) }, today);
      const { accepted } = acceptanceOf(parsePolicy(file, 'policy.yaml', today), result, today);
      assert.equal(accepted.length, 1);
      assert.ok(typeof id === 'string' && name === 'nr-wallclock' && verdict !== undefined);
    });

  it('is not made for what is reproduced, or differs without a cause in more than single files', () => {
    assert.throws(() => ruleFor(reproduced()), failure('usage'));
    const whole = difference('archive-end', '', { causes: [cause('unknown')] });
    assert.throws(() => ruleFor(notReproduced([whole])), failure('usage'));
  });
});

describe('a policy is explained', () => {
  const policy = policyOf(
    {},
    { package: 'zlib', until: '2026-11-30' },
    { package: '*', cause: 'umask' },
    { package: 'nr-*' },
  );

  it('by name, where what is not said can be anything', () => {
    const about = (name: string, version?: string, architecture?: string) =>
      rulesAbout(policy, { name, version, architecture }).map(({ id }) => id);
    assert.deepEqual(about('zlib'), ['rule-2', 'rule-3']);
    assert.deepEqual(about('nr-wallclock', '1.0-r0', 'x86_64'), ['rule-1', 'rule-3', 'rule-4']);
  });

  it('by result, with why each rule does not accept it', () => {
    const mode = difference('mode', 'usr/bin/\u001b[31m', { causes: [cause('locale')] });
    const explained = explainPackage(policy, notReproduced([mode]), today);
    assert.deepEqual(
      explained.rules.map(({ why }) => why),
      ['other-differences', 'other-differences', 'other-differences'],
    );
    assert.equal(explained.others, 1);
    assert.doesNotMatch(renderExplained(explained), /\u001b/);
  });

  it('by itself: what ended, what ends, what is wide, what is not needed', () => {
    const state = policyState(policy, today);
    const ids = (rules: readonly { readonly id: string }[]) => rules.map(({ id }) => id);
    assert.deepEqual(ids(state.ended), ['rule-2']);
    assert.deepEqual(ids(state.wide), ['rule-3']);
    assert.deepEqual(state.redundant.map(ids), [['rule-1', 'rule-4']]);
    assert.match(renderPolicyState(policy, state), /policy\.yaml: 4 rules, sha256 [0-9a-f]{64}\n$/);
    assert.equal(usual.id, 'a-rule');
  });
});
