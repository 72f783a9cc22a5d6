/** A real melange beside our own emitter. Name one with WOLFI_REPRO_MELANGE, or put it on the search path. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { lab, program, sharedLab, skipUnless } from '../support/lab.ts';
import { labEnvironment, lacksEnvironment } from '../support/lab-environment.ts';
import { findMelange } from '../support/melange.ts';
import { packedSources } from '../support/sources.ts';
import { cannotRebuildShared } from './lab-run.ts';

const melange = findMelange();
const skip = skipUnless(melange, 'no melange at hand (WOLFI_REPRO_MELANGE=FILE)') || lacksEnvironment();
const gitHello = 'repository/v0.59.1/x86_64/git-hello-1.2.0-r0.apk';
const packages = join(lab, 'repository/v0.59.1/x86_64');
const hello = join(packages, 'hello-shell-1.4.2-r3.apk');
const random = join(packages, 'nr-random-1.0.0-r0.apk');

describe('a real melange as the engine', { skip }, () => {
  const cache = mkdtempSync(join(tmpdir(), 'wolfi-repro-test-'));
  after(() => rmSync(cache, { recursive: true, force: true }));
  const verify = (engine: string, ...files: string[]) => {
    const argv = ['verify', '--format', 'json', '--engine', engine, '--melange', melange!, '--cache', cache];
    // By a relative path: melange runs in another folder.
    const repository = relative(process.cwd(), labEnvironment!);
    const trust = ['--key', join(lab, 'lab.rsa.pub'), '--repository', repository, '--allow-unsigned'];
    const { stdout, status } = spawnSync(process.execPath, [program, ...argv, ...trust, ...files], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
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
    const files = names.map((name) => join(packages, `${name}.apk`));
    it(`agrees with ours on ${names.join(', ')}`, { skip: lacksEnvironment(...files) }, () => {
      const result = verify('both', ...files);
      assert.deepEqual(
        result.packages.map(({ verdict }) => verdict),
        names.map(() => 'reproduced'),
      );
      assert.equal(result.status, 0);
    });
  }

  it('gets the repositories of git-checkout steps without a network', {
    skip: cannotRebuildShared(gitHello),
  }, () => {
    const { mirror } = packedSources();
    const places = ['--source-mirror', `${mirror.prefix}=${mirror.location}`];
    const result = verify('both', ...places, join(sharedLab!, gitHello));
    assert.deepEqual(
      result.packages.map(({ verdict, reason }) => [verdict, reason]),
      [['reproduced', undefined]],
    );
  });

  it('is not believed over ours, nor ours over it: where chance is in the build, they disagree', {
    skip: lacksEnvironment(random, hello),
  }, () => {
    const { packages: found } = verify('both', random);
    assert.deepEqual(
      found.map(({ verdict, reason }) => [verdict, reason]),
      [['inconclusive', 'engines-disagree']],
    );
  });

  it('comes to the same verdict alone', { skip: lacksEnvironment(random, hello) }, () => {
    assert.equal(verify('melange', hello).packages[0]?.verdict, 'reproduced');
    assert.equal(verify('melange', random).packages[0]?.verdict, 'not-reproduced');
  });
});
