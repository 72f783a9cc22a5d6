import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureCode, failureClasses } from '../src/failure.ts';

test('a failure knows the class of its code and carries what was right, what was found and why', () => {
  const cause = new Error('why');
  const failure = new Failure('datahash-mismatch', 'text', { expected: 'a', got: 'b', hint: 'c', cause });
  assert.equal(failure.class, 'rejected');
  assert.deepEqual([failure.expected, failure.got, failure.hint, failure.cause], ['a', 'b', 'c', cause]);
  assert.equal(new Failure('usage', 'text').expected, undefined);
});

test('every code has exactly one class', () => {
  for (const [code, expected] of Object.entries(failureClasses)) {
    assert.equal(new Failure(code as FailureCode, 'text').class, expected, code);
  }
});
