import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFailure, Failure, type FailureCode, failureClasses } from '../src/failure.ts';

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

test('what the disk refuses is a failure of the disk; nothing else that was thrown is', () => {
  const thrown = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall });
  const codeOf = (value: unknown) => (value instanceof Failure ? value.code : undefined);
  for (const code of ['ENOSPC', 'EROFS', 'EACCES', 'EDQUOT', 'EMFILE'])
    assert.equal(codeOf(asFailure(thrown(code, 'open'))), 'disk-unavailable', code);
  assert.equal(codeOf(asFailure(thrown('ENOENT', 'mkdir'))), 'disk-unavailable');
  const own = new Failure('malformed', 'text');
  for (const other of [
    own,
    thrown('ENOENT', 'open'),
    thrown('EACCES', 'connect'),
    thrown('ENOSPC'),
    new Error('x'),
    'text',
    undefined,
  ])
    assert.equal(asFailure(other), other);
});
