import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Sha256, sha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import { findSources } from '../../src/inputs/found-sources.ts';
import { type Inputs, machineInputs } from '../../src/inputs/inputs.ts';
import type { SourceMirror } from '../../src/inputs/network/mirrors.ts';
import { defaultNetwork } from '../../src/inputs/network/network-options.ts';
import type { SourceRequest } from '../../src/plan/requested-sources.ts';
import { findProgram } from '../../src/process.ts';
import { openWorkshop } from '../support/git-repositories.ts';
import { skipUnless } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';

const recorded = 'https://source.invalid';
const bytes = Buffer.from('a source');

describe('several places', { skip: skipUnless(findProgram('git'), 'git is not installed') }, () => {
  let server: LabServer;
  let gone: string;
  let folder: string;
  let requests: Readonly<Record<'archive' | 'repository', SourceRequest>>;
  let inputs: Inputs;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-places-'));
    const closed = await startLabServer();
    gone = closed.url;
    await closed.close();
    server = await startLabServer();
    server.put('/files/archive.tar', bytes);
    server.put('/other/archive.tar', Buffer.from('another source'));
    const shop = openWorkshop(join(folder, 'work'));
    const commit = shop.commit('first', { file: 'first' });
    shop.publish(join(folder, 'files/program.git'));
    const foreign = openWorkshop(join(folder, 'foreign'));
    foreign.commit('foreign', { file: 'foreign' });
    foreign.publish(join(folder, 'other/program.git'));
    for (const name of ['files', 'other']) server.serve(`/${name}/`, join(folder, name));
    requests = { archive: archiveOf(sha256(bytes)), repository: repositoryOf(commit) };
    inputs = machineInputs(join(folder, 'cache'), new AbortController().signal, {
      ...defaultNetwork,
      timeoutMilliseconds: 3000,
      attempts: 2,
      backoffMilliseconds: 5,
    });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const find = (what: keyof typeof requests, ...locations: readonly string[]) => {
    const mirrors = locations.map((location): SourceMirror => ({ prefix: recorded, location }));
    return findSources([requests[what]], { caches: [], mirrors }, inputs);
  };
  const caught = (found: Promise<unknown>): Promise<Failure> =>
    found.then(
      () => assert.fail('nothing failed'),
      (thrown: unknown) => {
        assert.ok(thrown instanceof Failure, String(thrown));
        return thrown;
      },
    );

  for (const what of ['archive', 'repository'] as const) {
    it(`are asked for the ${what} one after the other: one that is gone or wrong does not end the search`, async () => {
      const failed = await caught(find(what, `${server.url}/other`));
      assert.equal(
        failed.code,
        what === 'archive' ? 'source-mismatch' : 'source-unavailable',
        failed.message,
      );
      const [found] = await find(
        what,
        gone,
        `${server.url}/none`,
        `${server.url}/other`,
        `${server.url}/files`,
      );
      assert.equal(found?.kind, what === 'archive' ? 'fetch' : 'git');
    });

    it(`are all named where none of them has the ${what}`, async () => {
      const { host } = new URL(gone);
      const fresh = {
        archive: archiveOf('f'.repeat(64) as Sha256),
        repository: repositoryOf('f'.repeat(40)),
      };
      const mirrors = [gone, `${gone}/again`, `${server.url}/none`].map((location) => ({
        prefix: recorded,
        location,
      }));
      const { code, got = '' } = await caught(findSources([fresh[what]], { caches: [], mirrors }, inputs));
      assert.equal(code, 'source-unavailable');
      assert.ok(
        got.includes(`${host}/`) && got.includes(`${host}/again`) && got.includes('source.invalid'),
        got,
      );
    });
  }
});

function archiveOf(digest: Sha256): SourceRequest {
  return { source: { kind: 'fetch', uri: `${recorded}/archive.tar`, algorithm: 'sha256', digest } };
}

function repositoryOf(commit: string): SourceRequest {
  return {
    source: { kind: 'git', repository: `${recorded}/program.git`, commit, reference: 'main' },
    git: { tag: '', branch: 'main', depth: 1, submodules: false, takesTip: false, cherryPicks: [] },
  };
}
