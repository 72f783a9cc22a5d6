/** Real builds: the report about a package does not depend on the packages beside it, and its names lead nowhere. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { rebuild } from '../../src/rebuild.ts';
import { packageValue } from '../../src/report/json-report.ts';
import { verify } from '../../src/verify.ts';
import { failure } from '../support/failures.ts';
import { fixtures, lab } from '../support/lab.ts';
import { oneIn } from '../support/thorough.ts';
import { cache, cannotRebuild, labOptions } from './lab-run.ts';

const golden = (version: string, name: string) => join(lab, 'repository', version, 'x86_64', `${name}.apk`);
const shell = golden('v0.59.1', 'hello-shell-1.4.2-r3');
const attack = (name: string, file = 'hello-shell-1.4.2-r3.apk') => join(fixtures, 'attacks', name, file);
const evil = attack('group-version', 'evil.apk');
const differing = golden('v0.59.1', 'nr-gzip-header-1.0.0-r0');

/** Orders matter: what comes first is what a build once was planned by. */
const lists: readonly (readonly [what: string, files: readonly string[], more?: Partial<RunOptions>])[] = [
  ['a builder that prints another version', [evil, evil, shell]],
  ['the same behind it', [shell, evil]],
  [
    'other versions, a broken signature, a build that fails and a file that is none',
    [
      join(lab, 'invalid/failing-recipe.apk'),
      golden('v0.23.16', 'hello-shell-1.4.2-r3'),
      join(lab, 'invalid/bit-flip-signature.apk'),
      shell,
      join(lab, 'invalid/not-an-apk.apk'),
    ],
  ],
  ['what no program can be handed', [attack('nul-argv'), shell]],
  [
    'its subpackages',
    ['libflint3-0.9.12-r4', 'flint-dev-0.9.12-r4', 'flint-0.9.12-r4'].map((name) => golden('v0.31.9', name)),
  ],
  ['further builds', [evil, shell], { repeat: 2, vary: 'auto' }],
];

describe('a package is judged as if it were alone', { skip: cannotRebuild, concurrency: false }, () => {
  for (const [what, files, more = {}] of lists.filter(oneIn(3))) {
    it(`beside ${what}`, async () => {
      const { packages } = await verify(files, labOptions(more));
      for (const [index, file] of files.entries()) {
        const alone = await verify([file], labOptions(more));
        assert.deepEqual(packageValue(packages[index]!), packageValue(alone.packages[0]!), file);
      }
    });
  }

  it('and builds that differ differ for the package that differs', async () => {
    const { packages } = await verify([differing, shell], labOptions({ repeat: 2 }));
    assert.deepEqual(
      packages.map(({ verdict }) => verdict.kind),
      ['not-reproduced', 'reproduced'],
    );
  });
});

describe('an architecture that is not a plain name', () => {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'names-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is rejected, and nothing is written or read after it', async () => {
    const options = labOptions({ environment: { kind: 'host' } });
    const file = attack('arch-escape');
    const { packages } = await verify([file], options);
    const { verdict } = packages[0]!;
    assert.equal(verdict.kind === 'rejected' && verdict.reason, 'unsafe-name');
    const directory = join(folder, 'a/b/c');
    mkdirSync(directory, { recursive: true });
    await assert.rejects(
      rebuild(file, { directory, signingKey: undefined }, options),
      failure('unsafe-name'),
    );
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ['a', 'a/b', 'a/b/c']);
  });
});
