import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { causeTitles } from '../../src/compare/cause.ts';
import { Failure } from '../../src/failure.ts';
import { acceptable } from '../../src/policy/acceptable.ts';
import { parseDay } from '../../src/policy/day.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { redundantRules } from '../../src/policy/rule-conflicts.ts';
import { digest } from '../support/results.ts';
import { readSchema, schemaValidator } from '../support/schemas.ts';
import { policyOf, today, type Written, written } from './support.ts';

const file = digest('a file');

/** Where the failure says that the file is wrong. */
function placeOf(bytes: Uint8Array): string {
  try {
    parsePolicy(bytes, 'policy.yaml', today);
  } catch (failure) {
    assert.ok(failure instanceof Failure && failure.code === 'usage', String(failure));
    return failure.message.split(' ')[0]!;
  }
  return 'accepted';
}

const refused = (bytes: Uint8Array, what: string) =>
  assert.match(placeOf(bytes), /^policy\.yaml:\d+:\d+:$/, what);

describe('the file of a policy', () => {
  let fits: ValidateFunction;
  before(() => {
    fits = schemaValidator('policy-1');
  });

  const good: Readonly<Record<string, Written>> = {
    'a cause': {},
    'several of each': {
      package: ['nr-*', 'zlib'],
      version: ['1.3.*', '>=1.3 <2'],
      architecture: ['x86_64', 'aarch64'],
      verdict: ['not-reproduced/content', 'not-reproduced/metadata-only'],
      cause: ['timestamp', 'umask'],
      path: ['usr/share/**', '**/RECORD'],
      confidence: 'certain',
      sometimes: true,
    },
    'a path without a cause': { cause: undefined, path: 'usr/share/man/**' },
    'a file without a cause': { cause: undefined, sha256: file },
    'a cause that says nothing, and a path': { cause: 'unknown', path: 'usr/bin/tool' },
    'a step that fails': { cause: undefined, verdict: 'build-failed/step-failed' },
    'a file that is rejected': { cause: undefined, verdict: 'rejected/datahash-mismatch', sha256: file },
    'only the compressed form, of all packages': {
      cause: undefined,
      package: '*',
      verdict: 'not-reproduced/recompressed',
    },
    'a cause, of all packages': { package: '*' },
  };
  for (const [what, rule] of Object.entries(good)) {
    it(`may accept ${what}`, () => {
      assert.equal(placeOf(written(rule)), 'accepted');
      assert.ok(fits(JSON.parse(written(rule).toString())), JSON.stringify(fits.errors));
    });
  }

  const wrongForm: Readonly<Record<string, Written>> = {
    'a key that is not known': { versions: '1' },
    'no owner': { owner: undefined },
    'no reason': { reason: undefined },
    'an empty reason': { reason: '' },
    'no last day': { until: undefined },
    'no package': { package: undefined },
    'no verdict': { verdict: undefined },
    'an id with a space': { id: 'a rule' },
    'a day in words': { until: 'next year' },
    'a class in a pattern': { package: '[a-z]*' },
    'no pattern': { package: [] },
    'a digest that is none': { sha256: 'abc' },
    'a verdict that nobody gives': { verdict: 'not-reproduced/unsigned' },
    'every reason of a verdict that is not about bytes': { verdict: 'inconclusive' },
    'what is reproduced': { verdict: 'reproduced' },
    'a defect': { verdict: 'internal' },
    'a defect by its reason': { verdict: 'internal/internal' },
    'a run that was cancelled': { verdict: 'inconclusive/cancelled' },
    'a cause that nobody names': { cause: 'bad-luck' },
    'a confidence in words': { confidence: 'very' },
    'a flag in words': { sometimes: 'often' },
  };
  for (const [what, rule] of Object.entries(wrongForm)) {
    it(`is refused with ${what}, by its schema as well`, () => {
      refused(written(rule), what);
      assert.ok(!fits(JSON.parse(written(rule).toString())));
    });
  }

  const tooWide: Readonly<Record<string, Written>> = {
    'a day that no calendar has': { until: '2027-02-30' },
    'more than a year ahead': { until: '2027-12-03' },
    'nothing that says what differs': { cause: undefined },
    'metadata without saying which': { cause: undefined, verdict: 'not-reproduced/metadata-only' },
    'a cause that says nothing': { cause: 'unknown' },
    'one cause that says nothing among others': { cause: ['timestamp', 'hidden-input'] },
    'a path that is every path': { cause: undefined, path: '**' },
    'a rejected file without its digest': { cause: undefined, verdict: 'rejected/datahash-mismatch' },
    'a file that nobody vouches for': { cause: undefined, verdict: 'inconclusive/unsigned' },
    'whatever fails, of all packages': {
      cause: undefined,
      package: '*',
      verdict: 'build-failed/step-failed',
    },
    'an environment that is gone, of all packages': {
      cause: undefined,
      package: ['zlib', '*-*'],
      verdict: 'inconclusive/environment-unavailable',
    },
    'a folder of all packages': { cause: undefined, package: '*', path: 'usr/bin/**' },
  };
  for (const [what, rule] of Object.entries(tooWide)) {
    it(`is refused with ${what}`, () => refused(written(rule), what));
  }

  it('may have a last day of at most 366 days ahead, as of the day for which it is read', () => {
    assert.equal(placeOf(written({ until: '2027-12-02' })), 'accepted');
    assert.equal(placeOf(written({ until: '2020-01-01' })), 'accepted');
    const later = parseDay('2026-12-02')!;
    assert.equal(parsePolicy(written({ until: '2027-12-03' }), 'policy.yaml', later).rules.length, 1);
  });

  it('says the line and the column of what is wrong', () => {
    const lines = [
      '# rules',
      'rules:',
      '  - id: one',
      '    reason: known',
      '    owner: ann',
      '    untill: 2027-01-01',
    ];
    assert.equal(placeOf(Buffer.from(lines.join('\n'))), 'policy.yaml:6:5:');
    assert.equal(placeOf(Buffer.from('rules: 7')), 'policy.yaml:1:8:');
    assert.equal(placeOf(Buffer.from('rules:\n  - &a {}')), 'policy.yaml:2:8:');
    assert.equal(placeOf(Buffer.from('')), 'policy.yaml:1:1:');
    refused(Buffer.from(JSON.stringify({ rules: Array(1001).fill({}) })), 'too many rules');
  });

  it('is refused where an owner is not among the owners that it lists', () => {
    const of = (owners: string[]) =>
      Buffer.from(JSON.stringify({ owners, ...JSON.parse(written({}).toString()) }));
    assert.equal(placeOf(of(['ann', 'bob'])), 'accepted');
    refused(of(['bob']), 'ann left');
  });

  it('knows in its schema every verdict that a rule can accept, and every cause', () => {
    const { rule } = readSchema('policy-1').$defs as unknown as {
      rule: { properties: Record<string, { $defs?: unknown }> };
    };
    const words = (name: string) =>
      (readSchema('policy-1').$defs as Record<string, { enum: string[] }>)[name]!.enum;
    assert.ok(rule.properties['verdict'] !== undefined);
    assert.deepEqual(new Set(words('verdict')), new Set(acceptable.keys()));
    assert.deepEqual(new Set(words('cause')), new Set(Object.keys(causeTitles)));
  });
});

describe('two rules', () => {
  const contradicting: Readonly<Record<string, readonly [Written, Written]>> = {
    'of one id': [{ id: 'a' }, { id: 'a', package: 'zlib' }],
    'that accept the same until different days': [{}, { until: '2027-01-31' }],
    'that accept the same for different reasons': [{}, { reason: 'another one' }],
    'of which the narrower ends first': [{ package: 'nr-*' }, { until: '2027-01-31' }],
    'of which the narrower ends first, in the other order': [{ until: '2027-01-31' }, { package: 'nr-*' }],
    'of which one accepts more causes for longer': [
      { cause: ['timestamp', 'umask'] },
      { until: '2027-01-31' },
    ],
    'of which one accepts every version for longer': [{}, { version: '1.*', until: '2027-01-31' }],
    'of which one accepts every reason for longer': [
      {},
      { verdict: 'not-reproduced/content', until: '2027-01-31' },
    ],
    'of which one lists every reason and one names none of them': [
      { verdict: [...acceptable.keys()].filter((each) => each.startsWith('not-reproduced/')) },
      { verdict: 'not-reproduced', until: '2027-01-31' },
    ],
    'of which one lists every reason for longer': [
      { verdict: 'not-reproduced' },
      {
        verdict: [...acceptable.keys()].filter((each) => each.startsWith('not-reproduced/')),
        until: '2027-01-31',
      },
    ],
    'of which one needs less confidence for longer': [
      { confidence: 'possible' },
      { confidence: 'certain', until: '2027-01-31' },
    ],
  };
  for (const [what, [left, right]] of Object.entries(contradicting)) {
    it(`contradict each other: ${what}`, () =>
      refused(written({ id: 'left', ...left }, { id: 'right', ...right }), what));
  }

  const overlapping: Readonly<Record<string, readonly [Written, Written]>> = {
    'of different packages': [{}, { package: 'zlib', until: '2027-01-31' }],
    'that share some packages': [{ package: 'nr-*' }, { package: '*-wallclock', until: '2027-01-31' }],
    'of which one lists every reason but one': [
      { verdict: 'not-reproduced' },
      {
        verdict: [...acceptable.keys()].filter((each) => /^not-reproduced\/[^c]/.test(each)),
        until: '2027-03-31',
      },
    ],
    'of different causes': [{}, { cause: 'umask', until: '2027-01-31' }],
    'of different paths': [{ path: 'usr/**' }, { path: 'etc/**', until: '2027-01-31' }],
    'of which the narrower ends last': [{ package: 'nr-*', until: '2027-01-31' }, {}],
    'that end on one day': [{ package: 'nr-*' }, {}],
  };
  for (const [what, [left, right]] of Object.entries(overlapping)) {
    it(`may overlap: ${what}`, () => assert.equal(policyOf(left, right).rules.length, 2));
  }

  it('are named where one accepts nothing that the other does not', () => {
    const { rules } = policyOf({ package: 'nr-*' }, {}, { package: 'zlib' });
    assert.deepEqual(
      redundantRules(rules).map((pair) => pair.map(({ id }) => id)),
      [['rule-2', 'rule-1']],
    );
  });
});
