/** One package that is missing in the lab's environment costs the tests that need it, and no others. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { goldens, lab, root } from '../support/lab.ts';
import { recordedPackages } from '../support/lab-environment.ts';

const at = 'repository/v0.59.1/x86_64';
const hello = `${at}/hello-shell-1.4.2-r3.apk`;
const modes = `${at}/modes-20240229-r0.apk`;
const flint = `${at}/flint-0.9.12-r4.apk`;

/** What each package records beside what all of them do. */
const recorded: readonly (readonly [file: string, has: readonly string[], hasNot: readonly string[]])[] = [
  [hello, ['busybox', 'wolfi-baselayout', 'libpcre2-8-0'], ['attr', 'gcc']],
  [modes, ['busybox', 'attr'], ['gcc', 'linux-headers']],
  [flint, ['busybox', 'libstdc++', 'linux-headers'], ['attr', 'musl']],
];

it('every golden records an environment', () => {
  for (const { file } of goldens()) assert.ok(recordedPackages(join(lab, file)).includes('busybox'), file);
  for (const [file, has, hasNot] of recorded) {
    const names = recordedPackages(join(lab, file));
    assert.deepEqual(
      [has.filter((name) => !names.includes(name)), hasNot.filter((name) => names.includes(name))],
      [[], []],
      file,
    );
  }
});

describe('without a package of the environment', () => {
  const cases: readonly (readonly [
    missing: readonly string[],
    skipped: readonly string[],
    withdrawn: boolean,
  ])[] = [
    [[], [], false],
    [['attr'], [modes], true],
    [['linux-headers'], [flint], true],
    [['attr', 'linux-headers'], [modes, flint], true],
    [['perl'], [], true],
    [['busybox'], [hello, modes, flint], false],
  ];
  for (const [missing, skipped, withdrawn] of cases) {
    it(`only what is made of it is left out: ${missing.join(' and ') || 'none is missing'}`, (t) => {
      const reasons = reasonsWithout(missing, temporaryFolder(t));
      assert.deepEqual(Object.keys(reasons), skipped);
      for (const [name, counts] of Object.values(reasons)) {
        assert.ok(
          missing.some((each) => name.includes(each)),
          name,
        );
        assert.equal(counts, withdrawn, name);
      }
    });
  }
});

/** By package: the reason, and whether it is one that a run in CI may have. */
function reasonsWithout(missing: readonly string[], folder: string): Record<string, [string, boolean]> {
  mkdirSync(join(folder, 'x86_64'));
  writeFileSync(join(folder, 'x86_64/missing.json'), JSON.stringify(missing));
  const program = `
    import { lacksEnvironment, isWithdrawn } from ${JSON.stringify(join(root, '.build/test/support/lab-environment.js'))};
    const files = ${JSON.stringify([hello, modes, flint])};
    const reasons = files.map((file) => [file, lacksEnvironment(file)]).filter(([, reason]) => reason !== false);
    console.log(JSON.stringify(Object.fromEntries(reasons.map(([file, reason]) => [file, [reason, isWithdrawn(reason)]]))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    env: { ...process.env, WOLFI_REPRO_LAB_ENVIRONMENT: folder },
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Record<string, [string, boolean]>;
}
