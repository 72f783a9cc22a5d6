/** Packages for aarch64 on a machine of another architecture, with registrations of every kind, each made for the test alone. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { indexFolder } from '../../src/index-folder.ts';
import {
  argv0,
  cannotRebuild,
  foreignLab,
  helloShell,
  material,
  verify,
  verifyAll,
} from '../support/emulation.ts';
import { goldens, lab, sharedLab, skipUnless } from '../support/lab.ts';
import { lacksForeignEnvironment } from '../support/lab-environment.ts';
import { findMelange } from '../support/melange.ts';
import { putTogether, takeApart } from '../support/parts.ts';
import { cannotSandbox } from '../support/sandboxes.ts';
import { packedSources } from '../support/sources.ts';
import { isThorough, oneIn } from '../support/thorough.ts';
import { type Identity, identities } from '../support/users.ts';
import {
  assertReproduced,
  cannotRebuild as cannotRebuildNative,
  labOptions,
  optionsOf,
  verifyGoldens,
} from './lab-run.ts';

const [asRoot, asUser, asNamedUser] = identities as [Identity, Identity, Identity];
const foreign = goldens(foreignLab);
const melange = findMelange();

describe('goldens for aarch64', {
  skip: cannotRebuild || lacksForeignEnvironment(...foreign.map(({ file }) => join(foreignLab, file))),
  concurrency: false,
}, () => {
  it('come out reproduced, and each says what ran it', async () => {
    for (const signed of [true, false]) {
      const group = foreign
        .filter((golden) => golden.signed === signed && golden.sourceDir === undefined)
        .filter(oneIn(20));
      const judged = await verifyGoldens(group, foreignLab, labOptions({ allowUnsigned: !signed }));
      assert.ok(judged.length > 0);
      for (const [, result] of judged) {
        assertReproduced(result, signed ? 'valid' : 'unsigned');
        assert.equal(result.emulation?.architecture, 'aarch64');
        assert.match(result.emulation?.version ?? '', /^\d/);
      }
    }
  });

  it('come out reproduced with what lay beside the recipe', async () => {
    const group = foreign.filter(({ sourceDir }) => sourceDir !== undefined);
    assert.ok(group.length > 0);
    const options = labOptions(optionsOf(group[0]!, foreignLab));
    for (const [, result] of await verifyGoldens(group, foreignLab, options))
      assertReproduced(result, 'valid');
  });
});

const theirs = sharedLab === undefined ? undefined : join(sharedLab, 'aarch64');
describe('goldens for aarch64 whose recipes carry melange’s own pipelines', {
  skip:
    cannotRebuild ||
    (theirs === undefined || !existsSync(theirs) ? 'the larger lab is not beside the checkout' : false),
}, () => {
  it('come out reproduced', async () => {
    const known = new Set(foreign.map(({ file }) => file));
    const others = goldens(theirs).filter(({ file }) => !known.has(file));
    // The packages of one recipe share a build, which is the longest of all.
    const group = others.filter(({ recipe }) => isThorough || !recipe.includes('libpebble')).filter(oneIn(8));
    const { cache, mirror } = packedSources();
    const options = labOptions({ sourceCaches: [cache], sourceMirrors: [mirror] });
    for (const [, result] of await verifyGoldens(group, theirs!, options)) assertReproduced(result, 'valid');
  });
});

describe('a package for aarch64', { skip: cannotRebuild }, () => {
  // What ids do is tested without an emulator.
  for (const identity of isThorough ? [asRoot, asUser, asNamedUser] : [asRoot, asUser]) {
    it(`is reproduced ${identity.title}`, { skip: cannotSandbox(identity) }, () => {
      const found = verify([], identity, [helloShell]);
      assert.equal(found.verdict, 'reproduced', JSON.stringify(found));
      assert.equal(found.emulation?.registered, 'in-sandbox');
      assert.deepEqual(found.caveats, []);
    });
  }

  it('keeps the names of its programs', () => {
    const found = verify([], asRoot.skip === false ? asRoot : asUser, [argv0]);
    assert.equal(found.verdict, 'reproduced', JSON.stringify(found));
  });
});

describe('packages of both architectures', { skip: cannotRebuild || cannotRebuildNative }, () => {
  const identity = asRoot.skip === false ? asRoot : asUser;

  it('are judged by one name, each in its own environment, and held beside each other', async () => {
    const repository = join(material, 'repository');
    for (const [architecture, folder] of [
      ['x86_64', lab],
      ['aarch64', foreignLab],
    ] as const) {
      const place = join(repository, architecture);
      mkdirSync(place, { recursive: true });
      copyFileSync(
        join(folder, 'repository/v0.59.1', architecture, basename(helloShell)),
        join(place, basename(helloShell)),
      );
      await indexFolder(place, {
        key: parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa'))),
        algorithm: 'RSA256',
      });
    }
    const run = verifyAll([], identity, ['--repository', repository, '--arch', 'all', 'hello-shell']);
    assert.deepEqual(
      run.packages.map(({ file, verdict, emulation }) => [file, verdict, emulation?.program !== undefined]),
      [
        ['hello-shell:x86_64', 'reproduced', false],
        ['hello-shell:aarch64', 'reproduced', true],
      ],
    );
    assert.deepEqual(run.crossChecks, [
      { name: 'hello-shell', architectures: ['x86_64', 'aarch64'], differing: [] },
    ]);
  });
});

it('a real melange builds the same under the emulator, which nobody registered on the machine', {
  skip: cannotRebuild || skipUnless(melange, 'no melange at hand (WOLFI_REPRO_MELANGE=FILE)'),
}, () => {
  const found = verify([], asRoot.skip === false ? asRoot : asUser, [
    '--engine',
    'both',
    '--melange',
    melange!,
    argv0,
  ]);
  assert.equal(found.verdict, 'reproduced', JSON.stringify(found));
  assert.equal(found.emulation?.registered, 'in-sandbox');
});

describe('what differs under emulation', { skip: cannotRebuild }, () => {
  const identity = asRoot.skip === false ? asRoot : asUser;

  it('is not reproduced, and is to be confirmed on the real architecture', async () => {
    const { parts, packing } = await takeApart(readFileSync(helloShell));
    const changed = parts.data.map((entry) => {
      const content = Buffer.from(entry.content);
      if (entry.name.startsWith('usr/') && content.length > 0) content.fill('#', content.length - 1);
      return { ...entry, content };
    });
    const path = join(material, 'hello-shell-1.4.2-r3.apk');
    writeFileSync(path, await putTogether({ ...parts, data: changed }, packing));
    const found = verify([], identity, [path]);
    assert.equal(found.verdict, 'not-reproduced', JSON.stringify(found));
    assert.ok(
      found.caveats.some((caveat) => /^built under emulation \(qemu.*aarch64 machine$/.test(caveat)),
      found.caveats.join('\n'),
    );
  });

  it('is no verdict where a limit was exceeded', () => {
    const flint = join(foreignLab, 'repository/v0.59.1/aarch64/flint-0.9.12-r4.apk');
    const found = verify([], identity, ['--step-seconds', '1', flint]);
    assert.equal(found.reason, 'emulated', JSON.stringify(found));
    assert.equal(found.emulation?.registered, 'in-sandbox');
  });
});
