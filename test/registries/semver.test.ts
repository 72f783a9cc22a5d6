import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareVersions, highestOf, parseVersion } from '../../src/registries/semver.ts';

/** semver.org, §11, with numbers longer than a processor's. */
const ascending = [
  '0.9.0',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.9',
  '1.0.10',
  '1.2.0',
  '2.0.0-0',
  '2.0.0',
  '10.0.0',
  '90071992547409910.0.0',
  '90071992547409911.0.0',
];
const compared = (a: string, b: string) => Math.sign(compareVersions(parseVersion(a)!, parseVersion(b)!));

describe('versions', () => {
  it('have the order of the specification', () => {
    for (const [left, a] of ascending.entries())
      for (const [right, b] of ascending.entries())
        assert.equal(compared(a, b), Math.sign(left - right), `${a} ${b}`);
  });

  it('are the same whatever is behind a plus, and with the letter of Go', () => {
    assert.equal(compared('v1.0.0+incompatible', '1.0.0'), 0);
  });

  for (const text of [
    '',
    '1',
    '1.0',
    '1.0.0.0',
    'a.b.c',
    '1.0.0-',
    '1.0.0-é',
    ' 1.0.0',
    `1.0.0-${'a'.repeat(300)}`,
  ])
    it(`that are written differently are not versions: ${text.slice(0, 20)}`, () =>
      assert.equal(parseVersion(text), undefined));

  it('have a highest release, or else a highest of all, whatever their order', () =>
    fc.assert(
      fc.property(fc.shuffledSubarray(ascending, { minLength: 1 }), (versions) => {
        const releases = versions.filter((version) => !version.includes('-'));
        const among = releases.length > 0 ? releases : versions;
        const highest = ascending.findLast((version) => among.includes(version));
        assert.equal(highestOf(['not one', ...versions]), highest);
      }),
    ));

  it('have none where there is none', () => assert.equal(highestOf(['latest', 'x']), undefined));
});
