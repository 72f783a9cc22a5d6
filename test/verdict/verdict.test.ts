import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparePackages } from '../../src/compare/compare.ts';
import { Failure, type FailureCode, failureClasses } from '../../src/failure.ts';
import type { SignatureState } from '../../src/repository/keyring.ts';
import {
  decide,
  failureExitCodes,
  type VerdictKind,
  verdictExitCodes,
  verdictOfFailure,
  verdictOrder,
  worstVerdict,
} from '../../src/verdict/verdict.ts';
import { apkOf, fileOf, sourceOf } from '../support/apk-builder.ts';

const one = apkOf({ data: [fileOf('a', '1')] });
const other = apkOf({ data: [fileOf('a', '2')] });
const valid: SignatureState = { kind: 'valid', keyName: 'k', algorithm: 'RSA256' };

test('equal bytes reproduce in any environment; different bytes do not, and a substituted environment excuses them', async () => {
  const equal = await comparePackages(sourceOf(one), sourceOf(one));
  const unequal = await comparePackages(sourceOf(one), sourceOf(other));
  for (const substituted of [undefined, 'host']) {
    const verdict = decide(equal, valid, substituted);
    assert.equal(verdict.kind, 'reproduced');
    assert.deepEqual(verdict.kind === 'reproduced' && [verdict.proof.size, verdict.signature], [
      one.length,
      valid,
    ]);
  }
  const verdict = decide(unequal, valid, undefined);
  assert.deepEqual(verdict.kind === 'not-reproduced' && verdict.reason, 'content');
  const excused = decide(unequal, valid, 'host');
  assert.equal(excused.kind === 'inconclusive' && excused.reason, 'environment-substituted');
  assert.ok(excused.kind === 'inconclusive' && excused.comparison !== undefined);
});

test('what the network did not answer excuses different bytes, and cannot make them equal', async () => {
  const equal = await comparePackages(sourceOf(one), sourceOf(one));
  const unequal = await comparePackages(sourceOf(one), sourceOf(other));
  const unanswered = {
    unanswered: [{ method: 'GET', url: 'https://a/', reason: 'unreachable' }],
    refused: [],
  } as const;
  const refused = { unanswered: [], refused: [{ kind: 'protocol', target: 'a:22', count: 1 }] } as const;
  for (const network of [unanswered, refused]) {
    const verdict = decide(unequal, valid, undefined, undefined, network);
    assert.equal(verdict.kind === 'inconclusive' && verdict.reason, 'request-unanswered');
    assert.ok(verdict.kind === 'inconclusive' && verdict.comparison !== undefined);
    assert.equal(decide(equal, valid, undefined, undefined, network).kind, 'reproduced');
  }
  const all = decide(unequal, valid, undefined, undefined, { unanswered: [], refused: [] });
  assert.equal(all.kind, 'not-reproduced');
});

test('a failure is the verdict of its class, a defect takes its place, and usage is not a verdict', () => {
  for (const [code, expected] of Object.entries(failureClasses)) {
    const failure = new Failure(code as FailureCode, 'text');
    const verdict = verdictOfFailure(failure);
    if (expected === 'usage') {
      assert.equal(verdict, undefined, code);
      assert.ok(failureExitCodes[expected] > 0);
    } else {
      assert.ok(verdict !== undefined && verdict.kind !== 'reproduced', code);
      assert.deepEqual(
        [verdict.kind, verdict.reason, 'failure' in verdict && verdict.failure],
        [expected, code, failure],
      );
    }
  }
});

test('exit codes are those of the documentation, each its own', () => {
  assert.deepEqual(verdictExitCodes, {
    reproduced: 0,
    'not-reproduced': 1,
    'build-failed': 3,
    inconclusive: 4,
    rejected: 5,
    internal: 70,
  });
  assert.deepEqual(failureExitCodes, { usage: 2, internal: 70 });
  assert.deepEqual(Object.keys(verdictExitCodes).sort(), [...verdictOrder].sort());
});

test('of several verdicts the worst decides', () => {
  const order: readonly VerdictKind[] = [
    'internal',
    'rejected',
    'not-reproduced',
    'build-failed',
    'inconclusive',
    'reproduced',
  ];
  assert.deepEqual(verdictOrder, order);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), (kinds) => {
      const worst = worstVerdict(kinds)!;
      assert.ok(kinds.includes(worst));
      assert.ok(kinds.every((kind) => order.indexOf(kind) >= order.indexOf(worst)));
      assert.equal(
        worst === 'reproduced',
        kinds.every((kind) => kind === 'reproduced'),
      );
    }),
  );
  assert.equal(worstVerdict([]), undefined);
});
