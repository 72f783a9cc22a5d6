import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { keyFileSigner } from '../../../src/attest/signers/key-file-signer.ts';
import type { Failure } from '../../../src/failure.ts';
import { renderJson } from '../../../src/report/json-report.ts';
import { folderArtifacts } from '../../../src/sweep/judge/artifacts.ts';
import { announcedJobs, announcement } from '../../../src/sweep/remote/rebuilderd-announcement.ts';
import { openRebuilderd } from '../../../src/sweep/remote/rebuilderd-api.ts';
import { rebuilderdSource } from '../../../src/sweep/remote/rebuilderd-source.ts';
import type { AttemptOutcome, Lease } from '../../../src/sweep/sweep-store.ts';
import type { PackageResult } from '../../../src/verdict/result.ts';
import { statedRun } from '../../../src/verdict/stated.ts';
import { failure } from '../../support/failures.ts';
import { makeFolder } from '../../support/folder.ts';
import { architecture, packageVersion } from '../../support/names.ts';
import { buildFailed, difference, notReproduced, rejected, reproduced } from '../../support/results.ts';
import { sampleJob, sampleOffer, sampleOutcome } from '../../support/sweep-jobs.ts';

const folder = makeFolder();
after(() => rmSync(folder, { recursive: true, force: true }));
const artifacts = folderArtifacts(join(folder, 'artifacts'));
const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

const names = ['hello', 'hello-doc'];
const assigned = {
  job: { id: 7, name: 'hello', version: '1.0-r0', architecture: 'x86_64', backend: 'wolfi' },
  artifacts: names.map((name) => ({
    name,
    version: '1.0-r0',
    architecture: 'x86_64',
    url: `https://packages.example/os/x86_64/${name}-1.0-r0.apk`,
  })),
};

interface Sent {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of a request, as a test reads it
  readonly body: any;
}

/** A daemon in the form of rebuilderd’s; rebuilderd itself was the judge of a recorded run (docs/workers.md). */
async function startDaemon(assignment: unknown) {
  const sent: Sent[] = [];
  const state = { isOurs: true, status: 200 };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    sent.push({ path: request.url!, body: text === '' ? undefined : JSON.parse(text) });
    if (request.url!.endsWith('/ping')) return response.writeHead(state.isOurs ? 204 : 404).end();
    if (request.url!.endsWith('/pop'))
      return response.writeHead(state.status).end(JSON.stringify(assignment));
    return response.writeHead(state.status === 200 ? 204 : state.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const signer = await keyFileSigner('key.pem', Buffer.from(key));
  const rebuilderd = openRebuilderd({
    url: new URL(`http://127.0.0.1:${port}/`),
    workerKey: 'key',
    signupSecret: 'hunter2',
    signal: new AbortController().signal,
  });
  const terms = {
    artifacts,
    signer,
    backends: ['wolfi'],
    tool: '0.1.0',
    now: Date.now,
    pingMilliseconds: 10,
  };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { ...rebuilderdSource(rebuilderd, terms), rebuilderd, sent, state, close };
}

/** What the judge makes of these results. */
async function outcomeOf(lease: Lease, results: readonly PackageResult[]): Promise<AttemptOutcome> {
  const named = results.map((each, at) => ({ ...each, file: `${names[at]}=1.0-r0:x86_64` }));
  const result = await artifacts.put(Buffer.from(renderJson(statedRun(named))));
  const sample = sampleOutcome(lease);
  const rows = sample.rows.map((row, at) => ({ ...row, verdict: results[at]!.verdict.kind, result }));
  return { ...sample, log: await artifacts.put(Buffer.from('the log')), rows };
}

async function reported(results: readonly PackageResult[]) {
  const daemon = await startDaemon({ Rebuild: assigned });
  try {
    const lease = (await daemon.source.take(sampleOffer()))!;
    assert.equal(lease.job.repository, 'https://packages.example/os');
    assert.equal(await daemon.source.settle(lease, await outcomeOf(lease, results)), 'settled');
    return daemon.sent.find(({ path }) => path === '/api/v1/builds')!.body;
  } finally {
    daemon.close();
  }
}

describe('a rebuilderd as the place that jobs come from', () => {
  it('is told of each package by itself, and not that something is bad that is only unknown', async () => {
    const differing = notReproduced([difference('content', 'a')]);
    const good = await reported([reproduced(), reproduced()]);
    assert.deepEqual(
      [good.status, good.queue_id, Buffer.from(good.build_log).toString()],
      ['GOOD', 7, 'the log'],
    );
    const cases = [
      [[reproduced(), differing], 'BAD', ['GOOD', 'BAD']],
      [[reproduced(), rejected()], 'UNKWN', ['GOOD', 'UNKWN']],
      [[buildFailed(), buildFailed()], 'UNKWN', ['UNKWN', 'UNKWN']],
    ] as const;
    for (const [results, status, each] of cases) {
      const report = await reported(results);
      assert.deepEqual(
        [report.status, report.artifacts.map((artifact: { status: string }) => artifact.status)],
        [status, each],
      );
    }
  });

  it('gets our text where it shows differences, and a link for what was reproduced', async () => {
    const { artifacts: reports } = await reported([
      reproduced(),
      notReproduced([difference('content', 'a')]),
    ]);
    assert.equal(reports[0].diffoscope, null);
    const link = JSON.parse(Buffer.from(reports[0].attestation).toString());
    assert.equal(link.signed._type, 'link');
    assert.equal(link.signatures.length, 2);
    assert.equal(reports[1].attestation, null);
    assert.match(Buffer.from(reports[1].diffoscope).toString(), /^not reproduced/);
  });

  it('is not told of trouble of the machine, nor of a job that is a different worker’s now', async () => {
    const daemon = await startDaemon({ Rebuild: assigned });
    try {
      const lease = (await daemon.source.take(sampleOffer()))!;
      await daemon.source.settle(lease, sampleOutcome(lease, 'worker-unfit'));
      daemon.state.isOurs = false;
      assert.equal(await daemon.source.settle(lease, sampleOutcome(lease)), 'stale');
      const kept = daemon.keeper.keep(lease);
      await new Promise((resolve) => kept.signal.addEventListener('abort', resolve));
      assert.equal(kept.signal.reason, 'lost');
      kept.release();
      assert.ok(daemon.sent.every(({ path }) => path !== '/api/v1/builds'));
    } finally {
      daemon.close();
    }
  });

  it('hears why a job cannot be judged at all, instead of giving it out for ever', async () => {
    const elsewhere = {
      ...assigned,
      artifacts: [{ ...assigned.artifacts[0]!, url: 'https://a.example/x.apk' }],
    };
    const daemon = await startDaemon({ Rebuild: elsewhere });
    try {
      assert.equal(await daemon.source.take(sampleOffer()), undefined);
      const { body } = daemon.sent.at(-1)!;
      assert.deepEqual([body.status, body.artifacts[0].status], ['UNKWN', 'UNKWN']);
    } finally {
      daemon.close();
    }
  });

  it('is refused where it assigns what is not a job, and its refusal is said without the secret', async () => {
    const assignments = [
      { Rebuild: { ...assigned, job: { ...assigned.job, name: '../x' } } },
      ['Nothing'],
      {},
    ];
    for (const each of assignments) {
      const daemon = await startDaemon(each);
      await assert.rejects(daemon.source.take(sampleOffer()), (failure: Failure) => failure.code === 'usage');
      daemon.close();
    }
    const daemon = await startDaemon('Nothing');
    assert.equal(await daemon.source.take(sampleOffer()), undefined);
    daemon.state.status = 403;
    await assert.rejects(daemon.rebuilderd.register('one'), (failure: Failure) => {
      return failure.code === 'usage' && !JSON.stringify(failure).includes('hunter2');
    });
    daemon.close();
  });

  it('is announced the builds of one architecture, each with its packages', () => {
    const jobs = [sampleJob('hello'), sampleJob('other', { architecture: architecture('aarch64') })];
    assert.deepEqual(announcement(jobs, { distribution: 'wolfi', architecture: architecture('x86_64') }), {
      distribution: 'wolfi',
      release: null,
      architecture: 'x86_64',
      packages: [
        {
          name: 'hello',
          version: '1.0-r0',
          url: 'https://packages.example/os/x86_64/hello-1.0-r0.apk',
          artifacts: names.map((name) => ({
            name,
            version: '1.0-r0',
            component: null,
            architecture: 'x86_64',
            url: `https://packages.example/os/x86_64/${name}-1.0-r0.apk`,
          })),
        },
      ],
    });
  });

  it('is announced the newest build of each origin, and no folder, from which nobody elsewhere could fetch', () => {
    const of = (version: string, given = {}) =>
      sampleJob('hello', { version: packageVersion(version), ...given });
    const foreign = of('1.9-r0', { architecture: architecture('aarch64') });
    const announced = announcedJobs([of('1.9-r0'), of('1.10-r0'), of('1.2-r0'), foreign]);
    assert.deepEqual(
      announced.map((job) => [job.architecture, job.version]),
      [
        ['aarch64', '1.9-r0'],
        ['x86_64', '1.10-r0'],
      ],
    );
    assert.throws(() => announcedJobs([of('1.9-r0', { repository: '/srv/os' })]), failure('usage'));
  });
});
