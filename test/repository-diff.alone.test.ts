/** Two folders of packages with their indexes, compared as a user does. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseSigningKey } from '../src/apk/private-key.ts';
import type { Difference } from '../src/compare/difference.ts';
import { diff } from '../src/diff.ts';
import { indexFolder } from '../src/index-folder.ts';
import { temporaryFolder } from './support/folder.ts';
import { fixtures } from './support/lab.ts';

const key = parseSigningKey('lab.rsa', readFileSync(join(fixtures, 'lab/lab.rsa')));

/** What differs between folders with one package of a pair, and one that is the same in both; `indexed` names the side of the pair that each index is of. */
async function differences(
  test: TestContext,
  indexed: readonly ['published' | 'rebuilt', 'published' | 'rebuilt'] = ['published', 'rebuilt'],
): Promise<readonly Difference[]> {
  const folder = temporaryFolder(test);
  const make = async (side: string, of: string) => {
    const own = join(folder, side);
    const pair = (name: string) => join(fixtures, 'pairs/missing-entry', `${name}.apk`);
    mkdirSync(own);
    copyFileSync(join(fixtures, 'pairs/mode/published.apk'), join(own, 'other-1.0-r0.apk'));
    copyFileSync(pair(of), join(own, 'sample-1.0-r0.apk'));
    await indexFolder(own, { key, algorithm: 'RSA256' });
    copyFileSync(pair(side), join(own, 'sample-1.0-r0.apk'));
    return own;
  };
  const sides = await Promise.all([make('published', indexed[0]), make('rebuilt', indexed[1])]);
  const result = await diff(...sides);
  assert.ok(result.kind === 'trees');
  return result.comparison.differences;
}

describe('a repository with its index', () => {
  it('differs in the package; the digest of its data, the index and its signature follow', async (test) => {
    const found = await differences(test);
    const roots = found.filter(({ followsFrom }) => followsFrom === undefined);
    assert.deepEqual(found.map(({ path, followsFrom }) => [path, followsFrom?.kind]).toSorted(), [
      ['APKINDEX.tar.gz', 'entry'],
      ['sample-1.0-r0.apk', undefined],
    ]);
    assert.deepEqual(
      roots[0]?.causes?.map(({ place }) => place),
      ['sample-1.0-r0.apk: usr/share/b'],
    );
  });

  it('has an index that differs by itself where it is not of the packages beside it', async (test) => {
    const found = await differences(test, ['rebuilt', 'published']);
    const index = found.find(({ path }) => path === 'APKINDEX.tar.gz');
    assert.deepEqual([found.length, index?.followsFrom], [2, undefined]);
  });
});
