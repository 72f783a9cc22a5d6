import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GuestTree } from '../../../src/execute/rootfs/guest-tree.ts';
import { codeOf, failure } from '../../support/failures.ts';

function treeOf(links: Readonly<Record<string, string>>): GuestTree {
  const tree = new GuestTree();
  for (const [path, target] of Object.entries(links)) {
    tree.set(path, { type: 'symlink', mode: 0o777, target, checksum: '', owner: 0 });
  }
  return tree;
}

test('links among the parents are followed inside the guest, the last part is not', () => {
  const tree = treeOf({
    lib: 'usr/lib',
    'usr/lib64': 'lib',
    absolute: '/usr/share',
    escape: '../../../../etc',
    dot: '.',
    up: '..',
    'usr/up': '../var',
    chain: 'lib',
    slashes: '//usr//bin/',
    root: '/',
  });
  const cases: [path: string, real: string][] = [
    ['usr/bin/a', 'usr/bin/a'],
    ['lib', 'lib'],
    ['lib/a', 'usr/lib/a'],
    ['lib/', 'lib'],
    ['/lib/a', 'usr/lib/a'],
    ['usr/lib64/a/b', 'usr/lib/a/b'],
    ['absolute/x', 'usr/share/x'],
    ['escape/passwd', 'etc/passwd'],
    ['dot/dot/x', 'x'],
    ['up/x', 'x'],
    ['usr/up/x', 'var/x'],
    ['chain/x', 'usr/lib/x'],
    ['slashes/x', 'usr/bin/x'],
    ['root/x', 'x'],
    ['../../x', 'x'],
    ['a/../lib/x', 'usr/lib/x'],
    ['', ''],
    ['..', ''],
  ];
  for (const [path, real] of cases) assert.equal(tree.resolve(path), real, path);
});

test('a path goes through a bounded number of folders and parts, links included', () => {
  const deep = treeOf({});
  assert.equal(deep.resolve('d/'.repeat(200)), 'd/'.repeat(200).slice(0, -1));
  assert.throws(() => deep.resolve('d/'.repeat(300)), failure('environment-invalid'));
  const winding = treeOf({ a: `${'x/../'.repeat(600)}b`, b: `${'x/../'.repeat(600)}c` });
  assert.equal(winding.resolve('a'), 'a');
  assert.equal(winding.resolve('b/x'), 'c/x');
  assert.throws(() => winding.resolve('a/x'), failure('environment-invalid'));
});

test('loops and paths without end are failures', () => {
  const cases: Readonly<Record<string, string>>[] = [
    { a: 'a' },
    { a: 'b', b: 'a' },
    { a: 'b/c', 'b/c': '../a' },
    { a: 'x/../a/y' },
    Object.fromEntries(Array.from({ length: 41 }, (_, at) => [`l${at}`, `l${at + 1}`]).concat([['a', 'l0']])),
  ];
  for (const links of cases) {
    assert.throws(() => treeOf(links).resolve('a/x'), failure('environment-invalid'), JSON.stringify(links));
  }
  const long = treeOf({ a: 'd/'.repeat(2049) });
  assert.throws(() => long.resolve('a/x'), failure('environment-invalid'));
});

test('whatever the links say, a resolved path stays inside and leads through none of them', async () => {
  const part = fc.constantFrom('a', 'b', 'c', '..', '.', '');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const plain = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'));
  const target = fc.oneof(
    path,
    path.map((each) => `/${each}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(plain, target, { maxKeys: 6 }), path, async (links, asked) => {
      const tree = treeOf(links);
      let real = '';
      const code = await codeOf(() => {
        real = tree.resolve(asked);
      });
      assert.ok(code === undefined || code === 'environment-invalid', code);
      const parts = real.split('/').filter((each) => each !== '');
      assert.ok(!parts.includes('..') && !parts.includes('.') && !real.startsWith('/'), real);
      if (code === undefined) assert.equal(parts.join('/'), real);
    }),
    { numRuns: 500 },
  );
});
