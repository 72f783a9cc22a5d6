import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { listCache, pruneCache, verifyCache } from '../src/cache.ts';
import { type Sha256, sha256 } from '../src/digest.ts';
import { callerIdMap } from '../src/execute/sandbox/id-map.ts';
import { recallTranscripts, rememberTranscript } from '../src/flow/chosen-network.ts';
import { openStore } from '../src/inputs/store/store.ts';
import { ownedName } from '../src/inputs/store/temporary-names.ts';
import { makeTranscript, transcriptBytes } from '../src/transcript/transcript.ts';
import { makeFolder } from './support/folder.ts';
import { architecture } from './support/names.ts';

const ids = callerIdMap({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: 'lab' });
const day = 24 * 3600 * 1000;
const none = { usedBefore: undefined, mostBytes: undefined };

describe('the cache', { concurrency: false }, () => {
  let folder: string;
  let others: ChildProcess[];

  beforeEach(() => {
    folder = makeFolder();
    others = [];
  });
  afterEach(() => {
    for (const each of others) each.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** A store that this process does not hold. */
  function putObject(content: string, usedAt: number): Sha256 {
    const digest = sha256(Buffer.from(content));
    const path = join(folder, 'store/objects/sha256', digest.slice(0, 2), digest.slice(2));
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, 0o444);
    utimesSync(path, usedAt / 1000, Number.parseInt(digest.slice(0, 8), 16) / 4);
    return digest;
  }

  function putFolder(parent: string, name: string, mark: string, usedAt: number): void {
    const path = join(folder, parent, name);
    mkdirSync(join(path, 'below'), { recursive: true });
    writeFileSync(join(path, 'below/file'), 'x'.repeat(1000));
    writeFileSync(join(path, mark), 'mark');
    utimesSync(join(path, mark), usedAt / 1000, usedAt / 1000);
    utimesSync(path, usedAt / 1000, usedAt / 1000);
  }

  /** All entries, the oldest first. */
  function fill(): number {
    const now = Date.now();
    putObject('oldest', now - 50 * day);
    putFolder('environments', 'e', 'guest.json', now - 40 * day);
    putFolder('packages', 'p', 'guest.json', now - 35 * day);
    putFolder('git', 'g', 'HEAD', now - 30 * day);
    putFolder('bundles', 'b', 'manifest.json', now - 20 * day);
    putFolder('recipes', 'tree-r', 'mark', now - 10 * day);
    putObject('newest', now - day);
    return now;
  }

  const kinds = (entries: readonly { kind: string }[]) => entries.map(({ kind }) => kind);
  const all = ['object', 'environment', 'package', 'git', 'bundle', 'recipes', 'object'];

  it('lists everything that is kept with its size, the least recently used first', () => {
    fill();
    const entries = listCache(folder);
    assert.deepEqual(kinds(entries), all);
    assert.deepEqual(
      entries.filter(({ kind }) => kind === 'object').map(({ bytes, name }) => [bytes, name]),
      ['oldest', 'newest'].map((content) => [6, sha256(Buffer.from(content))]),
    );
    assert.ok(entries.filter(({ kind }) => kind !== 'object').every(({ bytes }) => bytes === 1004));
  });

  it('counts files that environments share with packages once, and all of them where no package is left', () => {
    fill();
    linkSync(join(folder, 'packages/p/below/file'), join(folder, 'environments/e/shared'));
    const bytesOf = (kind: string) => listCache(folder).find((each) => each.kind === kind)?.bytes;
    assert.deepEqual([bytesOf('package'), bytesOf('environment')], [1004, 1004]);
    rmSync(join(folder, 'packages/p'), { recursive: true });
    assert.deepEqual([bytesOf('package'), bytesOf('environment')], [undefined, 2004]);
  });

  it('is empty where there is no folder, and leaves out what is being made', async () => {
    assert.deepEqual(listCache(folder), []);
    assert.deepEqual(await verifyCache(folder), []);
    assert.deepEqual(await pruneCache(folder, { ...none, mostBytes: 0 }, ids), []);
    putFolder('recipes', ownedName(), 'mark', Date.now());
    assert.deepEqual(listCache(folder), []);
  });

  it('removes what was not used for a time, and nothing else', async () => {
    const now = fill();
    const removed = await pruneCache(folder, { ...none, usedBefore: now - 25 * day }, ids);
    assert.deepEqual(kinds(removed), all.slice(0, 4));
    assert.deepEqual(kinds(listCache(folder)), all.slice(4));
    assert.deepEqual(readdirSync(join(folder, 'environments')), []);
  });

  it('removes the least recently used until at most a size is left', async () => {
    fill();
    const removed = async (mostBytes: number) => kinds(await pruneCache(folder, { ...none, mostBytes }, ids));
    assert.deepEqual(await removed(2100), all.slice(0, 4));
    assert.deepEqual(await removed(2100), []);
    assert.deepEqual(await removed(0), all.slice(4));
    assert.deepEqual(listCache(folder), []);
  });

  it('keeps packages that an environment uses for as long as the environment is kept', async () => {
    const now = Date.now();
    putFolder('packages', 'p', 'guest.json', now - 35 * day);
    putFolder('packages', 'alone', 'guest.json', now - 30 * day);
    putFolder('environments', 'e', 'guest.json', now - 20 * day);
    linkSync(join(folder, 'packages/p/below/file'), join(folder, 'environments/e/shared'));
    const removed = async (mostBytes: number) =>
      (await pruneCache(folder, { ...none, mostBytes }, ids)).map(({ name }) => name);
    assert.deepEqual(await removed(2100), ['alone']);
    assert.deepEqual(await removed(0), ['e', 'p']);
  });

  it('takes a transcript that has lost an answer for none, and keeps one whose answers are there', async () => {
    const build = {
      recipeSha256: sha256(Buffer.from('recipe')),
      architecture: architecture('x86_64'),
      asOf: undefined,
    };
    const now = Date.now();
    const recall = () => recallTranscripts(build, openStore(join(folder, 'store')));
    const remember = (content: string, bodyUsedAt: number) => {
      const body = { sha256: putObject(content, bodyUsedAt), size: content.length };
      const transcript = makeTranscript(
        [
          {
            ...{ method: 'GET', url: 'https://files.example/', selecting: [], requestBody: undefined },
            ...{ status: 200, headers: [], body },
          },
        ],
        [],
      );
      rememberTranscript(
        build,
        putObject(transcriptBytes(transcript).toString(), now - day),
        openStore(join(folder, 'store')),
      );
      return transcript;
    };
    remember('long not used', now - 50 * day);
    const kept = remember('used', now - 2 * day);
    const removed = await pruneCache(folder, { ...none, usedBefore: now - 25 * day }, ids);
    assert.deepEqual(
      removed.map(({ name }) => name),
      [sha256(Buffer.from('long not used'))],
    );
    assert.deepEqual(await recall(), [kept]);
  });

  it('keeps folders while a build is under way', async () => {
    fill();
    mkdirSync(join(folder, 'runs', ownedName()), { recursive: true });
    assert.deepEqual(kinds(await pruneCache(folder, { ...none, mostBytes: 0 }, ids)), ['object', 'object']);
  });

  it('keeps what a living process has asked for, until that process has ended', async () => {
    const now = fill();
    const digest = sha256(Buffer.from('oldest'));
    const store = new URL('../src/inputs/store/store.js', import.meta.url).href;
    const other = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { openStore } = await import(${JSON.stringify(store)});
         await openStore(${JSON.stringify(join(folder, 'store'))}).get('${digest}');
         console.log('held');
         setTimeout(() => {}, 60_000);`,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    others.push(other);
    await once(other.stdout!, 'data');
    assert.deepEqual(
      kinds(await pruneCache(folder, { usedBefore: now + day, mostBytes: 0 }, ids)),
      all.slice(1),
    );
    assert.deepEqual(
      listCache(folder).map(({ name }) => name),
      [digest],
    );
    other.kill('SIGKILL');
    await once(other, 'close');
    assert.deepEqual(kinds(await pruneCache(folder, { ...none, mostBytes: 0 }, ids)), ['object']);
  });

  it('removes damaged objects when it is verified, and says which', async () => {
    fill();
    const digest = sha256(Buffer.from('oldest'));
    const path = join(folder, 'store/objects/sha256', digest.slice(0, 2), digest.slice(2));
    chmodSync(path, 0o644);
    writeFileSync(path, 'forged');
    utimesSync(path, 1, Number.parseInt(digest.slice(0, 8), 16) / 4);
    assert.deepEqual(await verifyCache(folder), [digest]);
    assert.ok(!existsSync(path));
    assert.deepEqual(await verifyCache(folder), []);
  });

  it('is pruned, verified and used by several processes at once', async () => {
    const now = Date.now();
    for (let at = 0; at < 400; at += 1) putObject(`object ${at}`.repeat(1000), now - at * day);
    for (let at = 0; at < 20; at += 1) putFolder('git', `g${at}`, 'HEAD', now - at * day);
    const [cache, map] = ['cache', 'execute/sandbox/id-map'].map(
      (name) => new URL(`../src/${name}.js`, import.meta.url).href,
    );
    const script = (work: string) => `
      const { listCache, pruneCache, verifyCache } = await import(${JSON.stringify(cache)});
      const { callerIdMap } = await import(${JSON.stringify(map)});
      const folder = ${JSON.stringify(folder)};
      const ids = callerIdMap({ uid: process.getuid(), gid: process.getgid(), name: 'lab' });
      ${work}`;
    const run = (work: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(work)]);
    const prune =
      'for (let size = 2e6; size >= 0; size -= 2e5) await pruneCache(folder, { usedBefore: undefined, mostBytes: size }, ids);';
    const verify =
      'for (let at = 0; at < 5; at += 1) if ((await verifyCache(folder)).length > 0) throw new Error("damaged");';
    await Promise.all([run(prune), run(prune), run(verify), run(verify)]);
    assert.deepEqual(listCache(folder), []);
    assert.deepEqual(readdirSync(join(folder, 'git')), []);
  });

  it('is held by a process that puts something in, and free when that process ends', async () => {
    openStore(join(folder, 'store')).add(Buffer.from('mine'));
    assert.deepEqual(await pruneCache(folder, { ...none, mostBytes: 0 }, ids), []);
    assert.equal(readdirSync(join(folder, 'store/holders')).length, 1);
  });
});
