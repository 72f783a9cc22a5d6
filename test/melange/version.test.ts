import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, formatVersion, parseRelease } from '../../src/melange/version.ts';

test('a release is three numbers, with or without v', () => {
  assert.deepEqual(parseRelease('v0.45.3'), { major: 0, minor: 45, patch: 3 });
  assert.deepEqual(parseRelease('0.45.3'), parseRelease('v0.45.3'));
  const none = [
    '',
    'devel',
    'v0.45',
    '0.45.3-rc1',
    '0.45.3+dirty',
    ' 0.45.3',
    '0.45.3\n',
    'vv0.45.3',
    '0.-1.3',
    '0.99999.1',
    '１.0.0',
  ];
  for (const text of none) assert.equal(parseRelease(text), undefined, JSON.stringify(text));
});

test('versions are ordered by number and print as they are read', () => {
  const part = fc.nat(9999);
  const version = fc.tuple(part, part, part).map(([major, minor, patch]) => ({ major, minor, patch }));
  fc.assert(
    fc.property(version, version, (a, b) => {
      assert.deepEqual(parseRelease(formatVersion(a)), a);
      assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0);
    }),
  );
  const sorted = ['v0.9.10', 'v0.10.0', 'v0.10.2', 'v1.0.0'].map((text) => parseRelease(text)!);
  assert.deepEqual([...sorted].reverse().sort(compareVersions), sorted);
});
