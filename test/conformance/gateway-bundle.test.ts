/** Bundles of builds that fetch: what was recorded goes along, and is replayed where nothing else is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeBundle } from '../../src/bundle/bundle.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { parseSha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { verify } from '../../src/verify.ts';
import { type LabServer, labNetwork, startLabServer } from '../support/lab-server.ts';
import { cannotFetch, type FetchingLab, type Hosts, openFetchingLab, outcomeOf } from './fetching.ts';
import { cannotRebuild, explain } from './lab-run.ts';

const fetching = `wget -q -O /tmp/fetched http://files.example/file.txt
grep -q 'from the network' /tmp/fetched`;

describe('a bundle of a build that fetches', {
  skip: cannotFetch || cannotRebuild,
  concurrency: false,
}, () => {
  let lab: FetchingLab;
  let server: LabServer;
  let hosts: Hosts;
  let bundle: string;
  const recorded = { kind: 'recorded' } as const;

  before(async () => {
    lab = openFetchingLab();
    server = await startLabServer();
    server.put('/file.txt', Buffer.from('from the network\n'));
    hosts = { 'files.example': server.url };
    bundle = join(lab.folder, 'one.bundle');
  });
  after(async () => {
    await server.close();
    lab.close();
  });

  it('is not made before anything is recorded, and says how to record it', async () => {
    const { result } = await lab.build(fetching, {}, { environment: recorded });
    assert.equal(outcomeOf(result), 'inconclusive:network-required', explain(result));
    const options = lab.options(hosts, { environment: recorded, network: 'gateway' });
    await assert.rejects(
      writeBundle(lab.package, bundle, 'test', options),
      (failure) => failure instanceof Failure && failure.code === 'network-required',
    );
  });

  /** In a cache that has nothing. */
  async function verifyElsewhere(file: string, cache: string, extra: Partial<RunOptions> = {}) {
    const usual = lab.options({}, { repositories: [], environment: recorded });
    const machine = { ...usual.machine, cache: join(lab.folder, cache) };
    const options = lab.options({}, { repositories: [], environment: recorded, machine, ...extra });
    const opened = await openBundle(file, 'test', options);
    const { packages } = await verify([opened.path], opened.options);
    return { result: packages[0]!, manifest: opened.manifest };
  }

  it('replays the transcript elsewhere, by the same plan', async () => {
    const first = await lab.build(fetching, hosts, { environment: recorded, network: 'gateway' });
    assert.equal(outcomeOf(first.result), 'reproduced', explain(first.result));
    await writeBundle(lab.package, bundle, 'test', lab.options({}, { environment: recorded }));
    const { result, manifest } = await verifyElsewhere(bundle, 'elsewhere');
    assert.equal(outcomeOf(result), 'reproduced', explain(result));
    assert.equal(result.network?.mode, 'replayed');
    assert.equal(manifest.plan, result.plan?.identity);
    assert.equal(result.plan?.identity, first.result.plan?.identity);
  });

  it('is the same bytes each time', async () => {
    const again = join(lab.folder, 'two.bundle');
    await writeBundle(lab.package, again, 'test', lab.options({}, { environment: recorded }));
    assert.ok(readFileSync(again).equals(readFileSync(bundle)));
  });

  it('is refused where an answer in its unpacked folder was changed and the store has lost it', async () => {
    const usual = lab.options({}, { environment: recorded });
    const cache = join(lab.folder, 'elsewhere');
    const options = {
      ...usual,
      machine: { ...usual.machine, cache, inputs: machineInputs(cache, usual.machine.signal, labNetwork) },
    };
    const { path } = await openBundle(bundle, 'test', options);
    const unpacked = join(cache, 'bundles', relative(join(cache, 'bundles'), path).split('/')[0]!);
    const answers = join(unpacked, 'answers');
    const [digest] = readdirSync(answers);
    rmSync(join(cache, 'store/objects/sha256', digest!.slice(0, 2), digest!.slice(2)));
    rmSync(join(answers, digest!));
    writeFileSync(join(answers, digest!), 'from someone else\n');
    await assert.rejects(
      openBundle(bundle, 'test', options),
      (failure) => failure instanceof Failure && failure.code === 'bundle-invalid',
    );
    rmSync(unpacked, { recursive: true });
    await openBundle(bundle, 'test', options);
    assert.ok((await options.machine.inputs.store.get(parseSha256(digest!)!)) !== undefined);
  });

  it('is refused where an answer in it was changed', async () => {
    const bytes = readFileSync(bundle);
    const at = bytes.indexOf('from the network\n');
    assert.ok(at > 0);
    const damaged = join(lab.folder, 'damaged.bundle');
    writeFileSync(damaged, Buffer.concat([bytes.subarray(0, at), Buffer.from('F'), bytes.subarray(at + 1)]));
    await assert.rejects(
      verifyElsewhere(damaged, 'damaged'),
      (failure) => failure instanceof Failure && failure.code === 'bundle-invalid',
    );
  });
});
