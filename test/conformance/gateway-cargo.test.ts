/** cargo in the guest, through the gateway: recorded, replayed, with a lock file, without it, and with answers that changed. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownCargo } from '../support/clients.ts';
import { type Crate, crateRegistry } from '../support/crates.ts';
import { type Answering, startRegistry } from '../support/registry.ts';
import { cannotFetch, type FetchingLab, openFetchingLab, outcomeOf } from './fetching.ts';
import { explain } from './lab-run.ts';

const [early, late] = ['2024-01-01T00:00:00Z', '2024-12-01T00:00:00Z'];
const host = 'registry.example';

describe('cargo through the gateway', { skip: cannotFetch || cargoMissing(), concurrency: false }, () => {
  const crates: readonly Crate[] = [
    { name: 'low', version: '1.0.0', time: early },
    { name: 'high', version: '1.2.0', time: early, needs: [['low', '^1.0.0']] },
  ];
  const newer: readonly Crate[] = [...crates, { name: 'low', version: '1.5.0', time: late }];
  let lab: FetchingLab;

  before(() => {
    lab = openFetchingLab();
  });
  after(() => lab.close());

  /** Its registry names itself as the guest does. */
  const answering =
    (known: readonly Crate[]): Answering =>
    (path, request) =>
      crateRegistry(known, { pubtime: false })(path, request, `https://${host}`);

  const manifest = `export HOME=/tmp CARGO_HOME=/tmp/cargo CARGO_NET_RETRY=0 CARGO_REGISTRIES_LAB_INDEX=sparse+https://${host}/index/
cargo=$PWD/cargo
mkdir -p /tmp/program/src && cd /tmp/program && touch src/lib.rs
printf '[package]\\nname = "program"\\nversion = "1.0.0"\\n[dependencies]\\nhigh = { version = "1", registry = "lab" }\\n' > Cargo.toml`;
  const unlocked = `${manifest}\n$cargo vendor\necho LOCK; cat Cargo.lock; echo END`;
  const lockedBy = (lock: string) =>
    `${manifest}\necho ${Buffer.from(lock).toString('base64')} | base64 -d > Cargo.lock\n$cargo vendor --locked\ncat Cargo.lock`;

  async function build(script: string, known: readonly Crate[] | undefined, network?: 'gateway' | 'record') {
    const sourceDirectory = join(lab.folder, 'beside');
    if (!existsSync(sourceDirectory)) {
      mkdirSync(sourceDirectory);
      const cargo = ownCargo();
      if (typeof cargo !== 'string') copyFileSync(cargo.path, join(sourceDirectory, 'cargo'));
    }
    const registry = known === undefined ? undefined : await startRegistry(answering(known));
    const hosts = registry === undefined ? {} : { [host]: registry.origin };
    const options = { sourceDirectory, ...(network === undefined ? {} : { network }) };
    const built = await lab.build(script, hosts, options).finally(() => registry?.close());
    return { ...built, outcome: outcomeOf(built.result), text: `${explain(built.result)}\n${built.output}` };
  }

  let lock = '';

  it('is recorded without a lock file, and replayed with the network gone', async () => {
    const recorded = await build(unlocked, crates, 'gateway');
    assert.equal(recorded.outcome, 'reproduced', recorded.text);
    assert.equal(recorded.result.network?.pins.conclusion, 'unpinned');
    const replayed = await build(unlocked, undefined);
    assert.equal(replayed.outcome, 'reproduced', replayed.text);
    assert.deepEqual(replayed.asked, []);
    assert.equal(replayed.result.network?.transcript, recorded.result.network?.transcript);
    lock = /LOCK\n([\s\S]*)END/.exec(replayed.output)?.[1] ?? '';
    assert.match(lock, /name = "low"\nversion = "1\.0\.0"/);
  });

  it('takes what a moved range leads to where the lock file is dropped, and not where it is there', async () => {
    const dropped = await build(unlocked, newer, 'record');
    assert.equal(dropped.outcome, 'reproduced', dropped.text);
    assert.match(dropped.output, /name = "low"\nversion = "1\.5\.0"/);
    const kept = await build(lockedBy(lock), newer, 'record');
    assert.equal(kept.outcome, 'reproduced', kept.text);
    assert.match(kept.output, /name = "low"\nversion = "1\.0\.0"/);
  });

  it('does not take an answer that contradicts its lock file, and that says nothing of the package', async () => {
    const tampered = crates.map((crate) => (crate.name === 'low' ? { ...crate, text: 'tampered' } : crate));
    const { outcome, text } = await build(lockedBy(lock), tampered, 'record');
    assert.equal(outcome, 'inconclusive:answers-unproven', text);
  });
});

function cargoMissing(): string | false {
  const cargo = ownCargo();
  return typeof cargo === 'string' ? cargo : false;
}
