/** Environments that nobody vouches for, and what else lies where the SBOM does, through whole builds. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { Failure } from '../../src/failure.ts';
import { reportFormatNames } from '../../src/report/format-names.ts';
import { reportFormats } from '../../src/report/formats.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { fixtures, lab } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { assertReproduced, cannotRebuild, explain, keyOf, labOptions } from './lab-run.ts';

const attacks = join(fixtures, 'attacks');
const evil = join(attacks, 'unvouched-environment');
const subject = 'hello-shell-1.4.2-r3.apk';

describe('what no key vouches for', { skip: cannotRebuild, concurrency: false }, () => {
  let folder: string;
  let repository: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-vouching-'));
    repository = join(folder, 'repository');
    cpSync(labEnvironment!, repository, { recursive: true });
    cpSync(join(evil, 'eviltool-1.0-r0.apk'), join(repository, 'x86_64/eviltool-1.0-r0.apk'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const verifyOne = async (path: string, extra = {}): Promise<PackageResult> => {
    const { packages } = await verify([path], labOptions({ repositories: [repository], ...extra }));
    return packages[0]!;
  };

  it('is not used in an environment', async () => {
    const { verdict } = await verifyOne(join(evil, subject));
    assert.deepEqual(
      [verdict.kind, 'reason' in verdict && verdict.reason],
      ['inconclusive', 'environment-invalid'],
    );
  });

  it('is used by the word of its own key', async () => {
    const keys = [keyOf(join(lab, 'lab.rsa.pub')), keyOf(join(evil, 'evil.rsa.pub'))];
    const result = await verifyOne(join(evil, subject), { keys });
    assertReproduced(result, 'valid');
    assert.deepEqual(result.caveats, []);
  });

  it('is used where the user accepts it, and every report of the verdict says so', async () => {
    const result = await verifyOne(join(evil, subject), { allowUnsigned: true });
    assert.equal(result.verdict.kind, 'reproduced', explain(result));
    assert.equal(result.caveats.length, 1);
    assert.match(result.caveats[0]!, /1 of \d+ packages .*--allow-unsigned.*eviltool=1\.0-r0/);
    const saying = reportFormatNames.filter((name) =>
      reportFormats[name].render(runResult([result])).includes('packages of the environment'),
    );
    assert.deepEqual(saying, reportFormatNames);
  });

  it('is said of a build that failed as well', async () => {
    const failing: Engine = {
      name: 'builtin',
      rebuild: () => Promise.reject(new Failure('step-failed', 'a step of a test failed')),
    };
    const result = await verifyOne(join(evil, subject), { allowUnsigned: true, engine: failing });
    assert.equal(result.verdict.kind, 'build-failed', explain(result));
    assert.match(result.caveats.join('\n'), /--allow-unsigned.*eviltool=1\.0-r0/);
  });

  it('is not an SBOM: a second document beside it changes nothing', async () => {
    assertReproduced(await verifyOne(join(attacks, 'second-sbom', subject)), 'valid');
  });
});
