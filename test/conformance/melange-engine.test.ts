/** A real melange beside our own emitter. Name one with WOLFI_REPRO_MELANGE, or put it on the search path. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { lab, labEnvironment, root, sharedLab, skipUnless } from '../support/lab.ts';
import { findMelange } from '../support/melange.ts';
import { packedSources } from '../support/sources.ts';

const melange = findMelange();
const skip =
  skipUnless(melange, 'no melange at hand (WOLFI_REPRO_MELANGE=FILE)') ||
  skipUnless(labEnvironment, 'no build environment: Debian packages are not to be had');
const packages = join(lab, 'repository/v0.59.1/x86_64');

describe('a real melange as the engine', { skip }, () => {
  const cache = mkdtempSync(join(tmpdir(), 'wolfi-repro-test-'));
  after(() => rmSync(cache, { recursive: true, force: true }));
  const verify = (engine: string, ...files: string[]) => {
    const argv = ['verify', '--format', 'json', '--engine', engine, '--melange', melange!, '--cache', cache];
    // By a relative path: melange runs in another folder.
    const repository = relative(process.cwd(), labEnvironment!);
    const trust = ['--key', join(lab, 'lab.rsa.pub'), '--repository', repository, '--allow-unsigned'];
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(root, 'dist/cli/main.js'), ...argv, ...trust, ...files],
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    return {
      status,
      packages: (JSON.parse(stdout) as { packages: { verdict: string; reason?: string }[] }).packages,
    };
  };

  for (const names of [
    ['hello-shell-1.4.2-r3'],
    ['scripted-1.0_rc2-r7', 'scripted-hooks-1.0_rc2-r7', 'scripted-empty-1.0_rc2-r7'],
    ['flint-0.9.12-r4', 'flint-dev-0.9.12-r4', 'libflint3-0.9.12-r4'],
    ['owners-1.1-r0'],
    ['meta-only-0-r0'],
  ]) {
    it(`agrees with ours on ${names.join(', ')}`, () => {
      const result = verify('both', ...names.map((name) => join(packages, `${name}.apk`)));
      assert.deepEqual(
        result.packages.map(({ verdict }) => verdict),
        names.map(() => 'reproduced'),
      );
      assert.equal(result.status, 0);
    });
  }

  it('gets the repositories of git-checkout steps without a network', {
    skip: skipUnless(sharedLab, 'the larger lab is not beside the checkout'),
  }, () => {
    const { mirror } = packedSources();
    const golden = join(sharedLab!, 'repository/v0.59.1/x86_64/git-hello-1.2.0-r0.apk');
    const places = ['--source-mirror', `${mirror.prefix}=${mirror.location}`];
    const result = verify('both', ...places, golden);
    assert.deepEqual(
      result.packages.map(({ verdict, reason }) => [verdict, reason]),
      [['reproduced', undefined]],
    );
  });

  it('is not believed over ours, nor ours over it: where chance is in the build, they disagree', () => {
    const { packages: found } = verify('both', join(packages, 'nr-random-1.0.0-r0.apk'));
    assert.deepEqual(
      found.map(({ verdict, reason }) => [verdict, reason]),
      [['inconclusive', 'engines-disagree']],
    );
  });

  it('comes to the same verdict alone', () => {
    assert.equal(
      verify('melange', join(packages, 'hello-shell-1.4.2-r3.apk')).packages[0]?.verdict,
      'reproduced',
    );
    assert.equal(
      verify('melange', join(packages, 'nr-random-1.0.0-r0.apk')).packages[0]?.verdict,
      'not-reproduced',
    );
  });
});
