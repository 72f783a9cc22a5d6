import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { sha256 } from '../../../src/digest.ts';
import { openStore, type Store } from '../../../src/inputs/store/store.ts';

const bytes = randomBytes(10_000);
const digest = sha256(bytes);

describe('the store', () => {
  let folder: string;
  let store: Store;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-store-'));
    store = openStore(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives back what was put in, read-only', async () => {
    assert.equal(store.add(bytes), digest);
    const path = (await store.get(digest))!;
    assert.ok(readFileSync(path).equals(bytes));
    assert.equal(statSync(path).mode & 0o777, 0o444);
    assert.deepEqual(readdirSync(join(folder, 'aside')), []);
  });

  it('does not have what was not put in', async () => {
    assert.equal(await store.get(digest), undefined);
  });

  it('takes the same object twice', async () => {
    store.add(bytes);
    store.add(bytes);
    assert.equal(store.list().length, 1);
  });

  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['written to', (path) => writeFileSync(path, 'other')],
    ['truncated', (path) => writeFileSync(path, bytes.subarray(0, 100))],
    ['emptied', (path) => writeFileSync(path, '')],
    [
      'replaced',
      (path) => {
        rmSync(path);
        writeFileSync(path, randomBytes(10_000));
      },
    ],
  ];
  for (const [what, damage] of damages) {
    it(`never gives out an object that was ${what}`, async () => {
      store.add(bytes);
      const path = (await store.get(digest))!;
      chmodSync(path, 0o644);
      damage(path);
      assert.equal(await store.get(digest), undefined);
      assert.equal(store.list().length, 0);
    });
  }

  it('believes a touched object after hashing it', async () => {
    store.add(bytes);
    const path = (await store.get(digest))!;
    utimesSync(path, 1, 1);
    assert.equal(await store.get(digest), path);
    assert.ok(statSync(path).mtimeMs > 2000);
  });

  it('finds by verification what the inode does not show', async () => {
    store.add(bytes);
    const path = (await store.get(digest))!;
    const { atime, mtime } = statSync(path);
    chmodSync(path, 0o644);
    writeFileSync(path, randomBytes(10_000));
    utimesSync(path, atime, mtime);
    assert.deepEqual(await store.verify(), [digest]);
    assert.equal(await store.get(digest), undefined);
  });

  it('remembers, forgets, and keeps names apart', () => {
    store.remember('a', 'one');
    store.remember('b', 'two');
    assert.equal(store.recall('a'), 'one');
    store.remember('a', undefined);
    assert.equal(store.recall('a'), undefined);
    assert.equal(store.recall('b'), 'two');
  });

  it('is safe for several processes at once', async () => {
    const module = new URL('../../../src/inputs/store/store.js', import.meta.url).href;
    const script = `
      const { openStore } = await import(${JSON.stringify(module)});
      const store = openStore(${JSON.stringify(folder)});
      for (let at = 0; at < 200; at += 1) {
        store.add(Buffer.alloc(5000, at % 50));
        store.remember('shared', String(at));
        for (const { sha256 } of store.list()) if ((await store.get(sha256)) === undefined) throw new Error('lost');
      }`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await Promise.all([run(), run(), run()]);
    assert.equal(store.list().length, 50);
    assert.deepEqual(await store.verify(), []);
    assert.deepEqual(readdirSync(join(folder, 'aside')), []);
  });
});
