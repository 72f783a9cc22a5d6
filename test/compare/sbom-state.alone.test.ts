import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareSboms, type SbomState } from '../../src/compare/sbom-state.ts';

const text = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const base = { spdxVersion: 'SPDX-2.3', packages: [{ SPDXID: 'a' }, { SPDXID: 'b', checksums: [1, 2] }] };

test('documents are the same, the same in a different order, or different', () => {
  const reordered = {
    packages: [{ checksums: [2, 1], SPDXID: 'b' }, { SPDXID: 'a' }],
    spdxVersion: 'SPDX-2.3',
  };
  const cases: [published: Buffer | undefined, rebuilt: Buffer | undefined, state: SbomState][] = [
    [text(base), text(base), 'identical'],
    [text(base), Buffer.from(JSON.stringify(base, undefined, 2)), 'equivalent'],
    [text(base), text(reordered), 'equivalent'],
    [text(base), text({ ...base, extra: 1 }), 'different'],
    [text(base), text({ ...base, packages: [base.packages[0]] }), 'different'],
    [text(base), text({ ...base, packages: [base.packages[0], ...base.packages] }), 'different'],
    [text(base), undefined, 'different'],
    [undefined, text(base), 'missing'],
    [undefined, undefined, 'missing'],
    [Buffer.from('{'), text(base), 'invalid'],
    [text({}), text(base), 'invalid'],
    [
      text({ ...base, name: '\ufffd' }),
      Buffer.concat([text(base).subarray(0, -1), Buffer.from(',"name":"\xff"}', 'latin1')]),
      'different',
    ],
  ];
  for (const [published, rebuilt, state] of cases) {
    assert.equal(compareSboms(published, rebuilt), state, `${published} and ${rebuilt}`);
  }
});

test('no order of members and lists makes a difference, any other change does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 2 }), (value, other) => {
      const reversed = (each: unknown): unknown => {
        if (Array.isArray(each)) return each.map(reversed).reverse();
        if (typeof each !== 'object' || each === null) return each;
        return Object.fromEntries(
          Object.entries(each)
            .reverse()
            .map(([key, member]) => [key, reversed(member)]),
        );
      };
      const [left, right] = [
        { spdxVersion: '1', value },
        { value: reversed(value), spdxVersion: '1' },
      ];
      assert.notEqual(compareSboms(text(left), text(right)), 'different');
      const changed = { ...left, more: [value, other] };
      assert.equal(compareSboms(text(left), text(changed)), 'different');
    }),
  );
});

test('a document of many items takes little time', () => {
  const items = Array.from({ length: 60_000 }, (_, at) => ({
    SPDXID: `x${(at * 7919) % 60_000}`,
    list: [at, 1],
  }));
  assert.equal(
    compareSboms(text({ ...base, items }), text({ ...base, items: [...items].reverse() })),
    'equivalent',
  );
});
