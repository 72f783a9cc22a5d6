/** Real clients in the guest, through the gateway: recorded, replayed, with a lock file, without it, as of a time, and with answers that changed. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { betweenTimes, type LockedClient, lockedClients, registryHost } from '../support/locked-clients.ts';
import { moreClients } from '../support/more-clients.ts';
import { type Answering, startRegistry } from '../support/registry.ts';
import { isThorough, oneIn } from '../support/thorough.ts';
import { cannotFetch, type Extra, type FetchingLab, openFetchingLab, outcomeOf } from './fetching.ts';
import { explain } from './lab-run.ts';

describe('clients through the gateway', { skip: cannotFetch, concurrency: false }, () => {
  for (const client of [...lockedClients, ...moreClients.filter(oneIn(2))])
    describe(client.name, { skip: client.missing, concurrency: false }, () => describeClient(client));
});

function describeClient(client: LockedClient): void {
  const { early, late, tampered } = client.registries;
  const begin = `export HOME=/tmp beside=$PWD\nmkdir /tmp/program && cd /tmp/program\n${client.project}`;
  const { lockFiles = '', locked: installing } = client;
  const packing = installing === undefined ? '' : `\necho LOCK $(tar -cz ${lockFiles} | base64 -w0) END`;
  const unlocked = `${begin}\n${client.unlocked}\n${client.chosen}${packing}`;
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
      for (const [name, path] of client.beside ?? [])
        cpSync(path, join(sourceDirectory, name), { recursive: true, dereference: true });
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
    return `${begin}\necho ${lock} | base64 -d | tar -xz\n${installing}\n${client.chosen}`;
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

  if (isThorough || lockedClients.indexOf(client) % 2 === 1)
    it('takes newer versions that appeared where there is no lock file', async () => {
      const dropped = await build(unlocked, late, { network: 'record' });
      assert.equal(dropped.outcome, 'reproduced', dropped.text);
      assert.match(dropped.output, client.isLate);
    });

  // On this machine itself registries-clients.test.ts has each client choose.
  if (isThorough || client === lockedClients[0])
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

  if (installing !== undefined && (isThorough || lockedClients.indexOf(client) % 2 === 0))
    it('takes the versions that its lock file names after newer ones appeared', async () => {
      const kept = await build(locked(), late, { network: 'record' });
      assert.equal(kept.outcome, 'reproduced', kept.text);
      assert.match(kept.output, client.isEarly);
    });

  if (tampered !== undefined)
    it('does not take an answer that contradicts a digest of its own, and that says nothing of the package', async () => {
      const { result, outcome, text } = await build(locked(), tampered, { network: 'record' });
      // Go opens connections that it does not use, and nobody sees that they were to ask for nothing.
      const isSilent = (result.network?.silent ?? []).length > 0;
      assert.equal(outcome, `inconclusive:${isSilent ? 'request-unanswered' : 'answers-unproven'}`, text);
    });
}
