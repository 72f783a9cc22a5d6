import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { showProgress } from '../src/cli/progress.ts';
import { writeReport } from '../src/cli/reports.ts';
import { sha256 } from '../src/digest.ts';
import { appendBelow, folderBelow, ownFolder, writeBelow, writeNamed } from '../src/folders.ts';
import { indexFolder } from '../src/index-folder.ts';
import { openStore } from '../src/inputs/store/store.ts';
import { ownFileName } from '../src/names.ts';
import { apkOf } from './support/apk-builder.ts';
import { failure } from './support/failures.ts';
import { type Ending, temporaryFolder } from './support/folder.ts';
import { packageName } from './support/names.ts';

const [a, b] = ['a', 'b'].map(ownFileName) as [
  ReturnType<typeof ownFileName>,
  ReturnType<typeof ownFileName>,
];
const bytes = Buffer.from('written');

/** A folder to write to, and what a planted link leads to: a folder with a file. */
function places(test: Ending): { root: string; elsewhere: string; untouched: () => void } {
  const folder = temporaryFolder(test);
  const [root, elsewhere] = [join(folder, 'root'), join(folder, 'elsewhere')];
  for (const path of [root, elsewhere]) mkdirSync(path);
  writeFileSync(join(elsewhere, 'file'), 'before');
  const untouched = () => {
    assert.deepEqual(readdirSync(elsewhere), ['file']);
    assert.equal(readFileSync(join(elsewhere, 'file'), 'utf8'), 'before');
  };
  return { root, elsewhere, untouched };
}

describe('below a folder of the user’s', () => {
  it('folders are made, and a link in the place of one is refused at every depth', (test) => {
    const { root, elsewhere, untouched } = places(test);
    assert.equal(folderBelow(root, a, b), join(root, 'a/b'));
    assert.equal(folderBelow(root, a, b), join(root, 'a/b'));
    symlinkSync(elsewhere, join(root, 'a/link'));
    symlinkSync(join(elsewhere, 'missing'), join(root, 'nowhere'));
    for (const parts of [['a', 'link'], ['a', 'link', 'x'], ['nowhere'], ['nowhere', 'x']])
      assert.throws(() => folderBelow(root, ...parts.map(ownFileName)), failure('usage'), parts.join());
    assert.throws(() => ownFolder(join(root, 'nowhere')), failure('usage'));
    untouched();
  });

  it('is what the user says: the folder itself may be a link', (test) => {
    const { root, elsewhere } = places(test);
    symlinkSync(elsewhere, join(root, 'here'));
    assert.equal(folderBelow(join(root, 'here'), a), join(root, 'here/a'));
    assert.ok(lstatSync(join(elsewhere, 'a')).isDirectory());
  });

  it('a file that is written completely replaces a link, and nothing is left aside', async (test) => {
    const { root, elsewhere, untouched } = places(test);
    symlinkSync(join(elsewhere, 'file'), join(root, 'a'));
    await writeBelow(root, a, [bytes]);
    assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'written');
    assert.deepEqual(readdirSync(root), ['a']);
    mkdirSync(join(root, 'b'));
    await assert.rejects(writeBelow(root, b, [bytes]), failure('usage'));
    assert.deepEqual(readdirSync(root), ['a', 'b']);
    untouched();
  });

  it('nothing is appended to a link, and a file that the user named is not written through one', (test) => {
    const { root, elsewhere, untouched } = places(test);
    symlinkSync(join(elsewhere, 'file'), join(root, 'a'));
    symlinkSync(join(elsewhere, 'missing'), join(root, 'b'));
    for (const name of [a, b]) {
      assert.throws(() => appendBelow(root, name, bytes), failure('usage'));
      assert.throws(() => writeNamed(join(root, name), bytes), failure('usage'));
      assert.throws(() => writeReport(join(root, name), 'text'), failure('usage'));
    }
    untouched();
    const log = ownFileName('c');
    for (let at = 0; at < 2; at += 1) appendBelow(root, log, bytes);
    assert.equal(readFileSync(join(root, 'c'), 'utf8'), 'writtenwritten');
  });

  it('the output of steps goes to no link', (test) => {
    const { root, elsewhere, untouched } = places(test);
    symlinkSync(join(elsewhere, 'file'), join(root, 'flint-1.log'));
    const { onEvent } = showProgress({ logs: root });
    const event = { kind: 'output', subject: packageName('flint'), bytes } as const;
    assert.throws(() => onEvent({ ...event, position: '1' }), failure('usage'));
    onEvent({ ...event, position: '2' });
    assert.equal(readFileSync(join(root, 'flint-2.log'), 'utf8'), 'written');
    untouched();
  });

  it('an index goes to no link', async (test) => {
    const { root, elsewhere, untouched } = places(test);
    writeFileSync(join(root, 'sample-1.0-r0.apk'), apkOf());
    for (const name of ['APKINDEX.tar.gz', 'APKINDEX.tar.gz.part'])
      symlinkSync(join(elsewhere, 'file'), join(root, name));
    await indexFolder(root, undefined);
    assert.ok(lstatSync(join(root, 'APKINDEX.tar.gz')).isFile());
    untouched();
  });

  it('nothing of the cache is a link', async (test) => {
    const { root, elsewhere, untouched } = places(test);
    const digest = sha256(bytes);
    const planted = ['store', 'store/aside', 'store/objects', 'store/objects/sha256', 'store/notes'];
    for (const [at, path] of [...planted, `store/objects/sha256/${digest.slice(0, 2)}`].entries()) {
      const cache = join(root, String(at));
      mkdirSync(join(cache, path, '..'), { recursive: true });
      symlinkSync(elsewhere, join(cache, path));
      const store = openStore(join(cache, 'store'));
      assert.throws(
        () => (path.endsWith('notes') ? store.remember('name', 'value') : store.add(bytes)),
        failure('usage'),
        path,
      );
    }
    const store = openStore(join(root, 'whole/store'));
    const object = join(root, 'whole/store/objects/sha256', digest.slice(0, 2), digest.slice(2));
    mkdirSync(join(object, '..'), { recursive: true });
    writeFileSync(join(root, 'content'), bytes);
    symlinkSync(join(root, 'content'), object);
    assert.equal(await store.get(digest), undefined);
    untouched();
  });
});
