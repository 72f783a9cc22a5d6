/** Real clients in the guest, through the gateway: recorded, replayed, with a lock file, without it, as of a time, and with answers that changed. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { betweenTimes, type LockedClient, lockedClients, registryHost } from '../support/locked-clients.ts';
import { type Answering, startRegistry } from '../support/registry.ts';
import { cannotFetch, type Extra, type FetchingLab, openFetchingLab, outcomeOf } from './fetching.ts';
import { explain } from './lab-run.ts';

describe('clients through the gateway', { skip: cannotFetch, concurrency: false }, () => {
  for (const client of lockedClients)
    describe(client.name, { skip: client.missing, concurrency: false }, () => describeClient(client));
});

function describeClient(client: LockedClient): void {
  const { early, late, tampered } = client.registries;
  const begin = `export HOME=/tmp beside=$PWD\nmkdir /tmp/program && cd /tmp/program\n${client.project}`;
  const unlocked = `${begin}\n${client.unlocked}\n${client.chosen}\necho LOCK $(tar -cz ${client.lockFiles} | base64 -w0) END`;
  let lab: FetchingLab;
  /** The lock files in an archive, as the client wrote them against the early versions. */
  let lock = '';

  before(() => {
    lab = openFetchingLab();
  });
  after(() => lab.close());

  async function build(script: string, answering: Answering | undefined, extra: Extra = {}) {
    const sourceDirectory = join(lab.folder, 'beside');
    if (!existsSync(sourceDirectory)) {
      mkdirSync(sourceDirectory);
      const { beside } = client;
      if (beside !== undefined) copyFileSync(beside[1], join(sourceDirectory, beside[0]));
    }
    const registry = answering === undefined ? undefined : await startRegistry(answering);
    const hosts = registry === undefined ? {} : { [registryHost]: registry.origin };
    const built = await lab
      .build(script, hosts, { sourceDirectory, ...extra })
      .finally(() => registry?.close());
    return { ...built, outcome: outcomeOf(built.result), text: `${explain(built.result)}\n${built.output}` };
  }

  const locked = () => {
    assert.notEqual(lock, '', 'no lock file was written before');
    return `${begin}\necho ${lock} | base64 -d | tar -xz\n${client.locked}\n${client.chosen}`;
  };

  it('is recorded without a lock file, and replayed with the network gone', async () => {
    const recorded = await build(unlocked, early, { network: 'gateway' });
    assert.equal(recorded.outcome, 'reproduced', recorded.text);
    assert.match(recorded.output, client.isEarly);
    assert.deepEqual(recorded.result.network?.refused, []);
    assert.equal(recorded.result.network?.pins.conclusion, 'unpinned');
    const replayed = await build(unlocked, undefined);
    assert.equal(replayed.outcome, 'reproduced', replayed.text);
    assert.match(replayed.output, client.isEarly);
    assert.deepEqual(replayed.asked, []);
    assert.equal(replayed.result.network?.transcript, recorded.result.network?.transcript);
    lock = /LOCK (\S+) END/.exec(replayed.output)?.[1] ?? '';
  });

  it('takes the versions that its lock file names after newer ones appeared, and the newer ones where the file was dropped', async () => {
    const kept = await build(locked(), late, { network: 'record' });
    assert.equal(kept.outcome, 'reproduced', kept.text);
    assert.match(kept.output, client.isEarly);
    const dropped = await build(unlocked, late, { network: 'record' });
    assert.equal(dropped.outcome, 'reproduced', dropped.text);
    assert.match(dropped.output, client.isLate);
  });

  it('takes what existed then without a lock file, as of a time', async () => {
    const { result, outcome, output, text } = await build(unlocked, late, {
      network: 'record',
      registriesAsOf: betweenTimes,
    });
    assert.equal(outcome, 'reproduced', text);
    assert.match(output, client.isEarly);
    assert.doesNotMatch(output, client.isLate);
    assert.ok((result.network?.listsAsOf?.removed ?? 0) > 0);
  });

  it('does not take an answer that contradicts its lock file, and that says nothing of the package', async () => {
    const { result, outcome, text } = await build(locked(), tampered, { network: 'record' });
    // Go opens connections that it does not use, and nobody sees that they were to ask for nothing.
    const isSilent = (result.network?.silent ?? []).length > 0;
    assert.equal(outcome, `inconclusive:${isSilent ? 'request-unanswered' : 'answers-unproven'}`, text);
  });
}
