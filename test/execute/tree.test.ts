import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { treeOf } from '../../src/execute/tree.ts';
import { contentOf } from '../../src/formats/content.ts';
import { tree, treeEntry } from '../support/tree-builder.ts';

test('entries come in the order of a walk: per folder by bytes, a folder before what is in it', () => {
  const walk = ['lib', 'lib/a', 'lib/a/x', 'lib/a-b', 'lib/a.b', 'lib/aa', 'lib64', 'é', '\udcff'];
  const paths = tree(...[...walk].reverse().map((path) => ({ path }))).entries.map(({ path }) => path);
  assert.deepEqual(paths, walk);
});

test('the order is that of walking each folder by itself', () => {
  const part = fc.constantFrom('a', 'b', 'a-b', 'a.b', 'A', '-', '~', 'é', '\udc80', '\u{10000}', '\uffff');
  const path = fc.array(part, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(path, { maxLength: 30 }), (list) => {
      const paths = [
        ...new Set(list.flatMap((parts) => parts.map((_, at) => parts.slice(0, at + 1).join('/')))),
      ];
      const bytesOf = (text: string) =>
        Buffer.concat([...text].map((each) => Buffer.from(each === '\udc80' ? [0x80] : each)));
      const walk = (folder: string): string[] =>
        paths
          .filter((each) => each.startsWith(folder) && !each.slice(folder.length).includes('/'))
          .sort((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)))
          .flatMap((each) => [each, ...walk(`${each}/`)]);
      assert.deepEqual(
        tree(...paths.map((each) => ({ path: each }))).entries.map(({ path: each }) => each),
        walk(''),
      );
    }),
  );
});

test('a later entry of the same path takes the place of an earlier one', () => {
  const made = treeOf([treeEntry({ path: 'a', mode: 0o600 }), treeEntry({ path: 'a', mode: 0o755 })]);
  assert.deepEqual(
    made.entries.map(({ mode }) => mode),
    [0o755],
  );
  assert.equal(made.get('a')!.mode, 0o755);
  assert.equal(made.get('b'), undefined);
});

test('content is read in pieces, fewer bytes at the end', () => {
  const content = contentOf(Buffer.from('0123456789'));
  assert.deepEqual([content.size, String(content.read(8, 5)), String(content.read(3, 2))], [10, '89', '34']);
});
