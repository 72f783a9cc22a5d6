/** A reader that goes away is not a failure of this program. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { findProgram } from '../../src/process.ts';
import { program, root, skipUnless } from '../support/lab.ts';

const lines = [
  '--help',
  '--version',
  'verify --help',
  'inspect fixtures/lab/repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk',
];

describe('a pipe whose reader has closed it', {
  skip: skipUnless(findProgram('bash'), 'bash is not installed'),
}, () => {
  for (const line of lines)
    it(`ends ${line} without a word, and with its own exit code`, () => {
      // The pipe is closed before the program writes into it.
      const script = 'exec 3>&1; { "$0" "$@" 2>&3 3>&-; echo "status $?" >&3; } | true';
      const argv = ['-c', script, process.execPath, program, ...line.split(' ')];
      const { stdout } = spawnSync('bash', argv, { cwd: root, encoding: 'utf8' });
      assert.equal(stdout, 'status 0\n');
    });
});
