/** git makes packs, and is the judge of what is said about them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sha1Hasher } from '../../src/digest.ts';
import { isWhole } from '../../src/formats/git-object.ts';
import { packLimits, readPack } from '../../src/formats/git-pack.ts';
import { judgePins } from '../../src/pins/pins.ts';
import { clientMissing } from '../support/clients.ts';
import { inWords } from '../support/exchanges.ts';
import { git, gitServer } from '../support/git-server.ts';
import { mutated, randomOf } from '../support/mutate.ts';
import {
  type Answering,
  type Registry,
  runClient,
  sourcesOf,
  startRegistry,
  withFolder,
} from '../support/registry.ts';

const skip = clientMissing('git');

/** Some commits of files that are alike, so that packs have deltas, with a tag and an empty file. */
async function withRepository<T>(
  work: (folder: string, commits: readonly string[]) => Promise<T>,
): Promise<T> {
  return withFolder({ 'sub/empty': '' }, async (folder) => {
    git(folder, ['init', '-q', '-b', 'main', '.']);
    const commits: string[] = [];
    const lines = Array.from({ length: 2000 }, (_, at) => `line ${at} ${at * 7919}`);
    for (let at = 0; at < 5; at += 1) {
      lines[at * 300] = `changed ${at}`;
      writeFileSync(join(folder, 'file'), lines.join('\n'));
      git(folder, ['add', '.']);
      git(folder, ['commit', '-q', '-m', `commit ${at}`]);
      commits.push(git(folder, ['rev-parse', 'HEAD']).toString().trim());
    }
    git(folder, ['tag', '-a', 'v1', '-m', 'tag']);
    return work(folder, commits);
  });
}

function packOf(folder: string, ...options: readonly string[]): Buffer {
  return git(folder, ['pack-objects', '--stdout', '--all', '-q', ...options], Buffer.alloc(0));
}

/** With the check sum of what is there. */
function sealed(pack: Buffer): Buffer {
  const hasher = sha1Hasher();
  hasher.update(pack.subarray(0, -20));
  return Buffer.concat([pack.subarray(0, -20), Buffer.from(hasher.digest(), 'hex')]);
}

describe('a pack', { skip }, () => {
  it('has the objects that git says are there, whichever way deltas name their base', () =>
    withRepository(async (folder, commits) => {
      const listed = git(folder, ['cat-file', '--batch-all-objects', '--batch-check'])
        .toString()
        .trim()
        .split('\n');
      for (const options of [['--delta-base-offset'], [], ['--window=0']]) {
        const read = readPack(packOf(folder, ...options));
        assert.ok(typeof read !== 'string');
        assert.deepEqual([...read.objects.keys()].sort(), listed.map((line) => line.slice(0, 40)).sort());
        assert.equal(read.unresolved, 0);
        assert.ok(isWhole(commits, read.objects));
      }
      const [deltas, whole] = [
        packOf(folder, '--no-reuse-delta'),
        packOf(folder, '--no-reuse-delta', '--window=0'),
      ];
      assert.ok(deltas.length < whole.length, 'git made deltas');
    }));

  it('that was changed is damaged, or lacks what was wanted, or has it all the same', () =>
    withRepository(async (folder, commits) => {
      const pack = packOf(folder, '--delta-base-offset');
      const random = randomOf(5);
      const wanted = [commits.at(-1)!];
      assert.equal(readPack(Buffer.concat([pack.subarray(0, -1), Buffer.of(pack.at(-1)! ^ 1)])), 'damaged');
      for (let run = 0; run < 300; run += 1) {
        const changed = sealed(mutated(pack, random));
        const read = readPack(changed);
        if (typeof read === 'string' || !isWhole(wanted, read.objects)) continue;
        // What is left is what git takes.
        await withFolder({}, async (empty) => {
          git(empty, ['init', '-q', '.']);
          git(empty, ['unpack-objects', '-q'], changed);
          git(empty, ['rev-list', '--objects', '--no-walk', ...wanted]);
        });
      }
    }));

  it('that exceeds a limit is not read', () =>
    withRepository(async (folder) => {
      const pack = packOf(folder);
      for (const limit of [
        { bytes: 100 },
        { objects: 2 },
        { object: 10 },
        { inflated: 100 },
        { depth: 0 },
        { held: 10 },
      ])
        assert.equal(readPack(pack, { ...packLimits, ...limit }), 'too-large');
      assert.equal(
        readPack(git(folder, ['pack-objects', '--stdout', '--all', '-q', '--window=10'], Buffer.alloc(0)), {
          ...packLimits,
          depth: 0,
        }),
        'too-large',
      );
    }));
});

async function fetched(
  registry: Registry,
  commits: readonly string[],
  pins: readonly string[],
  protocol: string,
): Promise<{ readonly said: readonly string[]; readonly status: number }> {
  return withFolder({}, async (folder) => {
    registry.exchanges.splice(0);
    await runClient('git', ['init', '-q', '.'], folder, {});
    const argv = [
      '-c',
      `protocol.version=${protocol}`,
      'fetch',
      '-q',
      '--depth=1',
      `${registry.origin}/p.git`,
      ...commits,
    ];
    const { status } = await runClient('git', argv, folder, {});
    const recorded = pins.map((commit) => ({ commit, file: 'vendor/p' }));
    const report = await judgePins(registry.exchanges, registry.read, sourcesOf({}, {}, recorded));
    return { said: report.exchanges.map(inWords), status };
  });
}

describe('what git fetched', { skip }, () => {
  for (const protocol of ['0', '2'])
    it(`is pinned by the commit that a tree records, and contradicts it where git refuses it (version ${protocol})`, () =>
      withRepository(async (folder, commits) => {
        git(folder, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
        const [commit, other] = [commits.at(-2)!, commits.at(-1)!];
        let change = (body: Buffer) => body;
        const server = gitServer(folder);
        const answering: Answering = async (...request) => {
          const answer = await server(...request);
          return request[0].endsWith('/git-upload-pack') && answer
            ? { ...answer, body: change(Buffer.from(answer.body)) }
            : answer;
        };
        const registry = await startRegistry(answering);
        try {
          const good = await fetched(registry, [commit], [commit], protocol);
          assert.equal(good.status, 0);
          assert.equal(good.said.at(-1), 'pinned by vendor/p');
          assert.ok(good.said.slice(0, -1).every((each) => each === 'references, chose pinned'));
          const unpinned = await fetched(registry, [commit, other], [commit], protocol);
          assert.equal(unpinned.said.at(-1), 'unpinned: commit-not-pinned');
          // A byte inside of the pack.
          change = (body) => {
            const at = body.indexOf('PACK');
            if (at >= 0) body[at + 200]! ^= 1;
            return body;
          };
          const bad = await fetched(registry, [commit], [commit], protocol);
          assert.notEqual(bad.status, 0);
          assert.equal(bad.said.at(-1), 'contradicts vendor/p');
        } finally {
          registry.close();
        }
      }));

  it('contradicts a commit where the pack is of a different one', () =>
    withRepository(async (folder, commits) => {
      git(folder, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
      const [commit, other] = [commits.at(-2)!, commits.at(-1)!];
      const server = gitServer(folder);
      const registry = await startRegistry((path, request, origin, body) =>
        server(path, request, origin, Buffer.from(body!.toString('latin1').replace(commit, other), 'latin1')),
      );
      try {
        const { said, status } = await fetched(registry, [commit], [commit], '2');
        assert.notEqual(status, 0);
        assert.equal(said.at(-1), 'contradicts vendor/p');
      } finally {
        registry.close();
      }
    }));
});
