import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSbom } from '../../../src/claim/sbom/published-sbom.ts';
import { formatOfTraits, inferTraits, type Traits } from '../../../src/claim/traits/traits.ts';
import { emitSbom } from '../../../src/emit/sbom/sbom.ts';
import { formatVersion } from '../../../src/melange/version.ts';
import { inputAt } from '../../emit/sbom/input.ts';
import { type ApkParts, fileOf, readParts } from '../../support/apk-builder.ts';
import { claimLines, linesWith } from '../../support/claims.ts';

const clockless = claimLines.filter((line) => !line.startsWith('builddate'));

async function traitsOf(parts: ApkParts, document?: Uint8Array): Promise<Traits> {
  return inferTraits(await readParts(parts), document === undefined ? undefined : parseSbom(document));
}

test('where nothing shows them, the traits are melange’s defaults', async () => {
  const traits = await traitsOf({ pkginfo: clockless.filter((line) => !line.startsWith('maintainer')) });
  assert.deepEqual(
    [
      traits.melange.basis,
      traits.printedVersion,
      traits.sbomGenerator,
      traits.clock,
      traits.namespace,
      traits.signature,
    ],
    ['assumed', '', 'none', undefined, '', undefined],
  );
  assert.deepEqual(traits.recipeFile, { path: '', commit: '', repository: '' });
  assert.deepEqual(
    [traits.recipeLicense, traits.extractedOrder, traits.osRelease],
    ['NOASSERTION', [], undefined],
  );
});

test('a time zone shows only where no clock was given, and only one that exists', async () => {
  const cases: [offset: number, pkginfo: readonly string[], zone: number][] = [
    [-300, clockless, -300],
    [840, clockless, 840],
    [345, clockless, 345],
    [-300, claimLines, 0],
    [841, clockless, 0],
    [-1439, clockless, 0],
    [7, clockless, 0],
  ];
  for (const [offset, pkginfo, zone] of cases) {
    const document = emitSbom(
      inputAt('v0.59.1', { created: { epochSeconds: 0, zoneOffsetMinutes: offset } }),
    );
    assert.equal((await traitsOf({ pkginfo }, document)).zoneOffsetMinutes, zone, String(offset));
  }
});

test('the namespace is the maintainer, else what the SBOM says', async () => {
  const document = emitSbom(inputAt('v0.59.1', { namespace: 'other' }));
  assert.equal((await traitsOf({ pkginfo: claimLines }, document)).namespace, 'wolfi');
  const without = claimLines.filter((line) => !line.startsWith('maintainer'));
  assert.equal((await traitsOf({ pkginfo: without }, document)).namespace, 'other');
});

test('the size of .PKGINFO shows the file system where it is a number', async () => {
  const cases: [size: string, model: Traits['directorySize']][] = [
    ['4098', 'ext4'],
    ['62', 'tmpfs'],
    ['98', 'apfs'],
    ['4', 'btrfs'],
    ['7', 'unknown'],
    ['', 'unknown'],
    ['many', 'unknown'],
    ['-1', 'unknown'],
    ['1e400', 'unknown'],
  ];
  for (const [size, model] of cases) {
    const traits = await traitsOf({ pkginfo: linesWith(`size = ${size}`), data: [fileOf('a', 'xy')] });
    assert.equal(traits.directorySize, model, size);
  }
});

test('a dependency of versioned libraries shows how melange was run', async () => {
  const on = await traitsOf({ pkginfo: [...claimLines, 'depend = so-ver:libc.so.6'] });
  const off = await traitsOf({
    pkginfo: [...claimLines, 'provides = so-ver:libc.so.6=1', 'depend = x so-ver:y'],
  });
  assert.deepEqual([on.versionedShlibDepends, off.versionedShlibDepends], [true, false]);
});

test('the switches are those of the version that was recognised', async () => {
  const traits = await traitsOf({}, emitSbom(inputAt('v0.31.9', { toolVersion: '0.31.9' })));
  assert.equal(formatVersion(formatOfTraits(traits).version), 'v0.31.9');
});
