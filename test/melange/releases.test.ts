import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newestRelease, recogniseVersion } from '../../src/melange/releases.ts';
import { compareVersions, formatVersion, parseRelease } from '../../src/melange/version.ts';

test('what a builder prints gives the version whose rules it followed, and on what ground', () => {
  const cases: [printed: string | undefined, version: string, basis: string][] = [
    ['v0.45.3', 'v0.45.3', 'release'],
    ['0.40.4', 'v0.40.4', 'release'],
    ['v0.99.0', 'v0.99.0', 'release'],
    ['v0.17.6-0.20241211122113-0123456789ab', 'v0.17.6', 'by-date'],
    ['v0.17.7-0.20241211204845-0123456789ab', 'v0.17.6', 'by-date'],
    ['v0.17.7-0.20241211204846-0123456789ab+dirty', 'v0.17.7', 'by-date'],
    ['v0.0.0-20241211204846-0123456789ab', 'v0.17.7', 'by-date'],
    ['v0.0.0-pre.20241211204846-0123456789ab', 'v0.17.7', 'by-date'],
    ['v0.0.0-99991231235959-0123456789ab', formatVersion(newestRelease), 'by-date'],
    ['v0.0.0-20200101000000-0123456789ab', formatVersion(newestRelease), 'assumed'],
    ['v0.0.0-20241211204846-0123456789', formatVersion(newestRelease), 'assumed'],
    ['v0.45.3-rc1', formatVersion(newestRelease), 'assumed'],
    ['devel', formatVersion(newestRelease), 'assumed'],
    ['', formatVersion(newestRelease), 'assumed'],
    [undefined, formatVersion(newestRelease), 'assumed'],
  ];
  for (const [printed, version, basis] of cases) {
    const found = recogniseVersion(printed);
    assert.deepEqual([formatVersion(found.version), found.basis], [version, basis], printed);
  }
});

test('the newest release is v0.59.1 or one behind it', () => {
  assert.ok(compareVersions(newestRelease, parseRelease('v0.59.1')!) >= 0);
});

test('any text gives a version, in time in proportion to its length', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.ok(recogniseVersion(text).version)));
  assert.equal(recogniseVersion(`v0.0.0-${'a.'.repeat(200_000)}`).basis, 'assumed');
  assert.equal(recogniseVersion(`v0.0.0-${'1'.repeat(400_000)}`).basis, 'assumed');
});
