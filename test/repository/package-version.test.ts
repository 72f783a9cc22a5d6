import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareVersions } from '../../src/repository/package-version.ts';

describe('the order of versions', () => {
  const ascending: readonly (readonly string[])[] = [
    ['1.0-r0', '1.0-r1', '1.0-r10', '1.1-r0', '1.2-r0', '1.10-r0', '2-r0'],
    [
      '1_alpha1-r0',
      '1_alpha2-r0',
      '1_beta-r0',
      '1_pre1-r0',
      '1_rc1-r0',
      '1-r0',
      '1_git20240101-r0',
      '1_p1-r0',
    ],
    ['1.0-r0', '1.0a-r0', '1.0b-r0'],
    ['1.01-r0', '1.1-r0'],
    ['1-r0', '1.0-r0', '1.0.1-r0'],
    ['no version', '0.1-r0'],
  ];
  for (const versions of ascending) {
    it(`has ${versions.join(' < ')}`, () => {
      const shuffled = [...versions].reverse();
      assert.deepEqual(shuffled.sort(compareVersions), versions);
    });
  }

  it('takes equal ones as equal', () => {
    assert.equal(compareVersions('1.0_rc1-r2', '1.0_rc1-r2'), 0);
    assert.equal(compareVersions('1.0~abc123-r0', '1.0-r0'), 0);
  });
});
