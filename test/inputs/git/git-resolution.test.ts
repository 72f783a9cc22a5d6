import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { fetchRepository } from '../../../src/inputs/git/git.ts';
import { takesResolution } from '../../../src/inputs/git/git-program.ts';
import { type AddressPolicy, pinnedResolution } from '../../../src/inputs/network/addresses.ts';
import { defaultNetwork, type NetworkOptions } from '../../../src/inputs/network/network-options.ts';
import { findProgram } from '../../../src/process.ts';
import { failure } from '../../support/failures.ts';
import { gitIn, openWorkshop } from '../../support/git-repositories.ts';
import { skipUnless } from '../../support/lab.ts';
import { type LabServer, startLabServer } from '../../support/lab-server.ts';

const strict: AddressPolicy = { offline: false, allowPrivateAddresses: false, allowPlainHttp: false };
const open: AddressPolicy = { ...strict, allowPrivateAddresses: true };

test('a name that a package chose is bound to the addresses that were approved', async () => {
  const cases: [url: string, addresses: string[], policy: AddressPolicy, expected: string | undefined][] = [
    ['https://a.example/x.git', ['93.184.216.34'], strict, 'a.example:443:93.184.216.34'],
    ['http://a.example/x.git', ['93.184.216.34'], strict, 'a.example:80:93.184.216.34'],
    ['https://a.example:8443/', ['93.184.216.34'], strict, 'a.example:8443:93.184.216.34'],
    ['https://A.Example/', ['1.1.1.1', '2606:4700::1'], strict, 'a.example:443:1.1.1.1,[2606:4700::1]'],
    ['https://a.example/', ['127.0.0.1'], open, 'a.example:443:127.0.0.1'],
    ['https://gone.example/', [], strict, 'gone.example:443:255.255.255.255'],
    ['https://93.184.216.34/', ['127.0.0.1'], strict, undefined],
    ['https://[2606:4700::1]/', ['127.0.0.1'], strict, undefined],
  ];
  for (const [url, addresses, policy, expected] of cases)
    assert.equal(
      await pinnedResolution(new URL(url), 'recorded', policy, async () => addresses),
      expected,
      url,
    );
});

test('a name that leads to a private address by now is refused', async () => {
  const address = new URL('https://a.example/');
  for (const addresses of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['::1'], ['169.254.169.254']])
    await assert.rejects(
      pinnedResolution(address, 'recorded', strict, async () => addresses),
      failure('address-refused'),
    );
});

test('a name that the user chose is left alone', async () => {
  const never = () => assert.fail('nobody needs to know');
  assert.equal(await pinnedResolution(new URL('https://a.example/'), 'named', strict, never), undefined);
});

test('versions of git that can be bound to an address are recognised', () => {
  const cases: [version: string, takes: boolean][] = [
    ['git version 2.39.5\n', true],
    ['git version 2.37.0', true],
    ['git version 2.39.5 (Apple Git-154)', true],
    ['git version 3.0.1', true],
    ['git version 2.36.9', false],
    ['git version 1.99.0', false],
    ['nothing', false],
  ];
  for (const [version, takes] of cases) assert.equal(takesResolution(version), takes, version);
});

describe('the machine’s git', { skip: skipUnless(findProgram('git'), 'git is not installed') }, () => {
  let server: LabServer;
  let folder: string;
  let commit: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-resolution-'));
    const shop = openWorkshop(join(folder, 'work'));
    commit = shop.commit('first', { file: 'first' });
    shop.publish(join(folder, 'served/program.git'));
    server = await startLabServer();
    server.serve('/git/', join(folder, 'served'));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** From a name that no resolver knows, at the port of the lab's server. */
  function fetchFrom(network: Partial<NetworkOptions>, trust: 'named' | 'recorded' = 'recorded') {
    const address = `http://source.invalid:${new URL(server.url).port}/git/program.git`;
    const request = {
      tag: '',
      branch: 'main',
      depth: 1,
      submodules: false,
      takesTip: false,
      cherryPicks: [],
    };
    return fetchRepository(address, trust, [{ commit, request }], {
      folder: mkdtempSync(join(folder, 'cache-')),
      network: { ...defaultNetwork, attempts: 1, ...network },
      signal: new AbortController().signal,
      locate: async () => ({ address, trust }),
    });
  }

  it('goes to the addresses that were approved and asks no resolver', async () => {
    const fetched = await fetchFrom({ policy: open, resolve: async () => ['127.0.0.1'] });
    assert.equal(gitIn(fetched!.path, 'rev-parse', 'main'), commit);
    await assert.rejects(fetchFrom({ policy: open }, 'named'), failure('unreachable'));
  });

  it('contacts no server where the name leads to a private address the second time', async () => {
    const seen = server.requests.length;
    await assert.rejects(fetchFrom({ resolve: async () => ['127.0.0.1'] }), failure('address-refused'));
    assert.equal(server.requests.length, seen);
  });

  it('reaches a name that is unknown here only through a proxy', async () => {
    const unknown = { policy: open, resolve: async () => [] };
    await assert.rejects(fetchFrom(unknown), failure('unreachable'));
    const seen = server.requests.length;
    const proxies = { http: server.url, https: undefined, none: undefined };
    const fetched = await fetchFrom({ ...unknown, proxies });
    assert.equal(gitIn(fetched!.path, 'rev-parse', 'main'), commit);
    assert.ok(server.requests.length > seen);
    const excepted = { ...proxies, none: 'source.invalid' };
    await assert.rejects(fetchFrom({ ...unknown, proxies: excepted }), failure('unreachable'));
  });
});
