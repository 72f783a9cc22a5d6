import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareKeys } from '../../../src/claim/recipe/key-order.ts';

/** In the order in which gopkg.in/yaml.v3 v3.0.1 writes them (recorded). */
const ordered =
  '_x 0 9 10 A-B A.B A_B A1 A1B A1a2 A1a10 A1_ A01 A001 A2 A10 AB Ab B GO_X GO111MODULE GOPATH Z a aB on true é'.split(
    ' ',
  );

describe('the order of map keys', () => {
  it('is natural: digits as numbers, letters last', () => {
    assert.deepEqual(ordered.toReversed().sort(compareKeys), ordered);
  });

  /** Recorded from gopkg.in/yaml.v3 v3.0.1, as above. */
  const recorded: readonly (readonly [quirk: string, keys: readonly string[]])[] = [
    ['numbers that no int64 holds come round to others', ['18446744073709551615', '0']],
    ['such a number may come round to none at all', ['a1', 'a18446744073709551616']],
    ['leading zeros count last', ['a1', 'a1b', 'a1_', 'a01', 'a001']],
    ['letters of any script are letters', ['_', '1', '\u0660', 'z', 'é', '一']],
    ['digits of any script are digits', ['x2', 'x10', 'x\u0663']],
  ];
  for (const [quirk, keys] of recorded) {
    it(`is that of yaml.v3: ${quirk}`, () => {
      assert.deepEqual([...keys].reverse().sort(compareKeys), keys);
    });
  }

  it('takes a zero after other digits as part of the number', () => {
    assert.deepEqual(['a101', 'a1010', 'a100'].sort(compareKeys), ['a100', 'a101', 'a1010']);
  });

  it('puts a letter first right after digits and last elsewhere', () => {
    assert.ok(compareKeys('1a', '1_') < 0);
    assert.ok(compareKeys('xa', 'x_') > 0);
  });

  it('sees a byte that is not UTF-8 as U+FFFD', () => {
    assert.equal(compareKeys('a\udc80', 'a\ufffd'), 0);
  });

  it('is the same from both sides', () => {
    const key = fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'B', '_', '-', 'é'), maxLength: 6 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        assert.equal(Math.sign(compareKeys(a, b)) + Math.sign(compareKeys(b, a)), 0);
      }),
    );
  });
});
