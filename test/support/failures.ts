/** What a parser may do with hostile bytes: give a value or fail with a code of the project, nothing else. */
import assert from 'node:assert/strict';
import { Failure, type FailureCode } from '../../src/failure.ts';

/** For `assert.throws` and `assert.rejects`. */
export function failure(code: FailureCode): (thrown: unknown) => boolean {
  return (thrown) => {
    if (!(thrown instanceof Failure)) throw thrown;
    assert.equal(thrown.code, code, thrown.message);
    return true;
  };
}

/** The code with which something fails; undefined where it does not. Everything but a `Failure` is thrown on. */
export async function codeOf(run: () => unknown): Promise<FailureCode | undefined> {
  try {
    await run();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.code;
    throw thrown;
  }
}
