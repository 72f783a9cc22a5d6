import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { xor } from '../../../src/emit/sbom/production/hash.ts';
import { joinPaths } from '../../../src/emit/sbom/production/syft-record.ts';
import { guessPaths } from '../../../src/inference/production/path-guesses.ts';
import { explainPaths, type PathChange } from '../../../src/inference/production/path-search.ts';

/** What is found of the difference between the list that an SBOM was made from and the paths of the package. */
function explained(before: readonly string[], now: readonly string[], recipe = ''): PathChange | undefined {
  const needed = [xor(joinPaths(before), joinPaths(now))];
  return explainPaths(needed, now, () => guessPaths(now, recipe));
}

const tree = [
  'usr',
  'usr/bin',
  'usr/bin/tool',
  'usr/lib',
  'usr/lib/libtool.so.1',
  'usr/share',
  'usr/share/tool',
  ...Array.from({ length: 60 }, (_, at) => `usr/share/tool/file-${at}`),
];
const less = (...paths: string[]) => tree.filter((path) => !paths.includes(path));

const cases: readonly {
  readonly what: string;
  readonly now: readonly string[];
  readonly before?: readonly string[];
  readonly recipe?: string;
  readonly change: PathChange | undefined;
}[] = [
  {
    what: 'a path that was added',
    now: [...tree, 'usr/bin/more'],
    change: { surplus: ['usr/bin/more'], missing: [] },
  },
  {
    what: 'a folder that was added with what is in it',
    now: [...tree, 'opt', ...['a', 'b', 'c', 'd'].map((name) => `opt/${name}`)],
    change: { surplus: ['opt', 'opt/a', 'opt/b', 'opt/c', 'opt/d'], missing: [] },
  },
  {
    what: 'two paths that were added',
    now: [...tree, 'etc', 'usr/bin/more'],
    change: { surplus: ['etc', 'usr/bin/more'], missing: [] },
  },
  {
    what: 'a path that the recipe names and that was taken away',
    now: less('usr/bin/tool'),
    recipe: 'install -m755 tool "$DEST"/usr/bin/tool',
    change: { surplus: [], missing: ['usr/bin/tool'] },
  },
  {
    what: 'a path with the folders above it, which nothing else is in',
    now: tree,
    before: [...tree, 'opt', 'opt/own', 'opt/own/file'],
    recipe: 'cp file /home/build/melange-out/tool/opt/own/file',
    change: { surplus: [], missing: ['opt', 'opt/own', 'opt/own/file'] },
  },
  {
    what: 'a relative of a path that is there',
    now: tree,
    before: [...tree, 'usr/lib/libtool.a'],
    change: { surplus: [], missing: ['usr/lib/libtool.a'] },
  },
  {
    what: 'a path that was renamed',
    now: [...less('usr/bin/tool'), 'usr/bin/renamed'],
    recipe: 'usr/bin/tool',
    change: { surplus: ['usr/bin/renamed'], missing: ['usr/bin/tool'] },
  },
  { what: 'nothing where nobody can know the name', now: less('usr/share/tool/file-7'), change: undefined },
];

describe('the difference of two lists of paths', () => {
  for (const { what, now, before = tree, recipe, change } of cases) {
    it(`is found by the hash alone: ${what}`, () => {
      const found = explained(before, now, recipe);
      // Numbered siblings of a name are guessed as well.
      if (change === undefined) assert.ok(found === undefined || found.missing.length === 1);
      else assert.deepEqual(found, change);
    });
  }

  it('is found whichever of few paths were added', () => {
    const few = Array.from({ length: 12 }, (_, at) => `usr/bin/p${at}`);
    fc.assert(
      fc.property(fc.subarray(few, { minLength: 1 }), (surplus) => {
        const before = few.filter((path) => !surplus.includes(path));
        const needed = [xor(joinPaths(before), joinPaths(few))];
        assert.deepEqual(
          explainPaths(needed, few, () => []),
          { surplus: [...surplus].sort(), missing: [] },
        );
      }),
    );
  });

  it('is not found for a hash of something else', () => {
    const needed = [xor(joinPaths(['no such path']), joinPaths(['nor this']))];
    assert.equal(
      explainPaths(needed, tree, () => guessPaths(tree, '')),
      undefined,
    );
  });
});
