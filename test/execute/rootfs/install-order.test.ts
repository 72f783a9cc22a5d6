import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Installable, installOrder } from '../../../src/execute/rootfs/install-order.ts';

function installable(
  name: string,
  dependencies: readonly string[] = [],
  provides: readonly string[] = [],
): Installable {
  return { name, version: '1', dependencies, provides };
}

function orderOf(...packages: Installable[]): string[] {
  return installOrder(packages).map(({ name }) => name);
}

test('packages come by name, each after those that it depends on', () => {
  const cases: [packages: Installable[], order: string[]][] = [
    [
      [installable('b'), installable('a'), installable('B')],
      ['B', 'a', 'b'],
    ],
    [
      [installable('a', ['z']), installable('m'), installable('z')],
      ['z', 'a', 'm'],
    ],
    [
      [
        installable('a', ['z>=1', 'y=1', 'x~2', 'w<3', 'v@pin']),
        ...['v', 'w', 'x', 'y', 'z'].map((name) => installable(name)),
      ],
      ['z', 'y', 'x', 'w', 'v', 'a'],
    ],
    [
      [installable('a', ['so:x.so.1']), installable('z', [], ['so:x.so.1=1'])],
      ['z', 'a'],
    ],
    [
      [installable('a', ['!z', 'missing']), installable('z')],
      ['a', 'z'],
    ],
    [
      [installable('a', ['b']), installable('b', ['a'])],
      ['b', 'a'],
    ],
    [[installable('a', ['a'])], ['a']],
    [
      [installable('a', ['p']), installable('p'), installable('q', [], ['p=1'])],
      ['p', 'a', 'q'],
    ],
    [
      [installable('a-b'), installable('a')],
      ['a-b', 'a'],
    ],
    [[], []],
  ];
  for (const [packages, order] of cases) assert.deepEqual(orderOf(...packages), order);
});

test('every package comes once, in an order that does not depend on how they were given', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const given = fc.uniqueArray(fc.record({ name, dependencies: fc.array(name, { maxLength: 3 }) }), {
    selector: (each) => each.name,
  });
  fc.assert(
    fc.property(given, (list) => {
      const packages = list.map((each) => installable(each.name, each.dependencies));
      const order = orderOf(...packages);
      assert.deepEqual([...order].sort(), packages.map((each) => each.name).sort());
      assert.deepEqual(orderOf(...[...packages].reverse()), order);
    }),
  );
});
