import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatOf } from '../../src/melange/format.ts';
import { neighbouringVersions, newestRelease, recogniseVersion } from '../../src/melange/releases.ts';
import { compareVersions, formatVersion, parseRelease, type Version } from '../../src/melange/version.ts';

test('what a builder prints gives the version whose rules it followed, and on what ground', () => {
  const cases: [printed: string | undefined, version: string, basis: string][] = [
    ['v0.45.3', 'v0.45.3', 'release'],
    ['0.40.4', 'v0.40.4', 'release'],
    ['v0.99.0', 'v0.99.0', 'assumed'],
    ['v0.17.6-0.20241211122113-0123456789ab', 'v0.17.6', 'by-date'],
    ['v0.17.7-0.20241211204845-0123456789ab', 'v0.17.6', 'by-date'],
    ['v0.17.7-0.20241211204846-0123456789ab+dirty', 'v0.17.7', 'by-date'],
    ['v0.0.0-20241211204846-0123456789ab', 'v0.17.7', 'by-date'],
    ['v0.0.0-pre.20241211204846-0123456789ab', 'v0.17.7', 'by-date'],
    ['v0.0.0-99991231235959-0123456789ab', formatVersion(newestRelease), 'by-date'],
    ['v0.0.0-20200101000000-0123456789ab', formatVersion(newestRelease), 'assumed'],
    ['v0.0.0-20241211204846-0123456789', formatVersion(newestRelease), 'assumed'],
    ['v0.45.3-rc1', 'v0.45.3', 'assumed'],
    ['0.45.3+dirty', 'v0.45.3', 'assumed'],
    ['v0.1.2+dirty', formatVersion(newestRelease), 'assumed'],
    ['v0.45.3closed', formatVersion(newestRelease), 'assumed'],
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

test('any text gives a version, in time proportional to its length', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.ok(recogniseVersion(text).version)));
  assert.equal(recogniseVersion(`v0.0.0-${'a.'.repeat(200_000)}`).basis, 'assumed');
  assert.equal(recogniseVersion(`v0.0.0-${'1'.repeat(400_000)}`).basis, 'assumed');
});

test('neighbours are one version for each record of switches, the nearest first', () => {
  const cases: [printed: string, first: string][] = [
    ['v0.45.3', 'v0.45.3'],
    ['devel', 'v0.59.1 v0.55.0 v0.50.8 v0.50.7'],
    ['v0.45.3+dirty', 'v0.45.3 v0.46.0 v0.48.0 v0.43.6 v0.50.0'],
    ['v0.46.9-closed', 'v0.46.9 v0.48.0 v0.45.4 v0.50.0'],
    ['v0.18.0-0.20241212000000-0123456789ab', 'v0.17.7 v0.18.1 v0.18.2'],
    ['v0.99.0-closed', 'v0.99.0 v0.55.0 v0.50.8'],
  ];
  for (const [printed, first] of cases) {
    const versions = neighbouringVersions(recogniseVersion(printed));
    const wanted = first.split(' ');
    assert.deepEqual(versions.slice(0, wanted.length).map(formatVersion), wanted, printed);
    const records = versions.map((version) => JSON.stringify({ ...formatOf(version), version: undefined }));
    assert.equal(new Set(records).size, records.length, printed);
  }
});

test('every release has a neighbour with its switches, wherever the search begins', () => {
  const record = (version: Version) => JSON.stringify({ ...formatOf(version), version: undefined });
  for (const printed of ['devel', 'v0.17.4+x', 'v0.31.9+x', 'v0.99.0+x']) {
    const records = new Set(neighbouringVersions(recogniseVersion(printed)).map(record));
    for (const release of ['v0.16.0', 'v0.17.2', 'v0.25.0', 'v0.29.4', 'v0.30.1', 'v0.30.2', 'v0.59.1']) {
      assert.ok(records.has(record(parseRelease(release)!)), `${release} from ${printed}`);
    }
  }
});
