import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { indexOf, recordText, usualRecord } from '../support/index-builder.ts';
import { program } from '../support/lab.ts';

/** Whether there are lines of progress beside them depends on how long the run takes. */
const warningsOf = ({ stderr }: { readonly stderr: string }) =>
  stderr.split('\n').filter((line) => line.includes('warning'));

test('an index that is older than the given age causes one warning, beside the report and not in it', (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'x86_64'));
  writeFileSync(join(folder, 'x86_64/APKINDEX.tar.gz'), indexOf(recordText(usualRecord)));
  const run = (command: readonly string[], ...more: readonly string[]) => {
    const argv = [...command, 'no-such-package', '--arch', 'x86_64', '--repository', folder, ...more];
    return spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', env: { HOME: folder } });
  };
  for (const command of [['verify', 'none'], ['inspect'], ['lock']]) {
    const silent = run(command);
    const warned = run(command, '--max-index-age', '30');
    const warnings = warningsOf(warned);
    assert.equal(warnings.length, 1, warned.stderr);
    assert.match(warnings[0]!, /the newest build in the index of .* is of 2023-11-14, \d+ days ago: /);
    assert.deepEqual(warningsOf(silent), []);
    assert.deepEqual([warned.stdout, warned.status], [silent.stdout, silent.status]);
    assert.deepEqual(warningsOf(run(command, '--max-index-age', '100000')), []);
  }
  assert.equal(run(['verify'], '--max-index-age', 'soon').status, 2);
});
