import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { contentOf } from '../../src/formats/content.ts';
import { filesOfArchive } from '../../src/pins/archive-files.ts';
import { pinParserFor } from '../../src/pins/lock-files.ts';
import { judgePins } from '../../src/pins/pins.ts';
import { talkOf } from '../support/exchanges.ts';
import { skipUnless } from '../support/lab.ts';
import { mutated, randomOf } from '../support/mutate.ts';
import { lacks } from '../support/programs.ts';
import { withFolder } from '../support/registry.ts';
import { tarballOf } from '../support/tarball.ts';
import { zipOf } from '../support/zip-builder.ts';

const files = {
  'p-1/go.sum': 'a.com/m v1.0.0 h1:x\n',
  'p-1/main.go': 'package main\n',
  'p-1/web/yarn.lock': '# yarn lockfile v1\n',
};

async function listed(archive: Uint8Array): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for await (const { path, read } of filesOfArchive('p.tar', contentOf(archive)))
    found[path] = read && Buffer.from(await read()).toString();
  return found;
}

const expected = {
  'p.tar/p-1/go.sum': files['p-1/go.sum'],
  'p.tar/p-1/web/yarn.lock': files['p-1/web/yarn.lock'],
};

describe('a recorded archive', () => {
  for (const option of ['', '--gzip', '--xz', '--bzip2', '--zstd']) {
    const program = option.slice(2);
    const found = program === '' || spawnSync(program, ['--version'], { input: '' }).error === undefined;
    const skip = lacks('tar') || skipUnless(found, `${program} is not installed`);
    it(`has the files that may hold pins, as tar wrote it: ${program || 'plain'}`, { skip }, () =>
      withFolder(files, async (folder) => {
        const argv = ['-C', folder, '-cf', '-', ...(option === '' ? [] : [option]), 'p-1'];
        assert.deepEqual(await listed(spawnSync('tar', argv).stdout), expected);
      }),
    );
  }

  it('may be a zip, or a file of its own', async () => {
    assert.deepEqual(await listed(zipOf(files)), expected);
    const alone: string[] = [];
    for await (const { path } of filesOfArchive('go.sum', contentOf(Buffer.from('a')))) alone.push(path);
    assert.deepEqual(alone, ['go.sum']);
  });

  it('that is damaged is a gap', async () => {
    const archive = tarballOf(files);
    assert.deepEqual(await listed(archive.subarray(0, -20)), { 'p.tar': undefined });
    const { exchanges, read } = talkOf();
    const recorded = {
      files: filesOfArchive('p.tar', contentOf(archive.subarray(0, -20))),
      commits: [],
      steps: [],
    };
    const { gaps } = await judgePins(exchanges, read, recorded);
    assert.deepEqual(gaps, [{ file: 'p.tar', problem: 'not-read' }]);
  });

  it('that was changed by chance has files that may hold pins, or none', async () => {
    const random = randomOf(11);
    for (const archive of [tarballOf(files), zipOf(files), gzipSync('plain')])
      for (let run = 0; run < 300; run += 1)
        for (const path of Object.keys(await listed(mutated(archive, random))))
          assert.ok(path === 'p.tar' || pinParserFor(path) !== undefined);
  });
});
