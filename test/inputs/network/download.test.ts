import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { Failure, type FailureCode } from '../../../src/failure.ts';
import { type Inputs, machineInputs } from '../../../src/inputs/inputs.ts';
import { makeCredentials } from '../../../src/inputs/network/credentials.ts';
import { defaultNetwork, type NetworkOptions } from '../../../src/inputs/network/network-options.ts';
import { type LabServer, type Misbehaviour, startLabServer } from '../../support/lab-server.ts';

const body = randomBytes(300_000);
const quick: NetworkOptions = {
  ...defaultNetwork,
  timeoutMilliseconds: 400,
  attempts: 3,
  backoffMilliseconds: 5,
};

describe('downloads', () => {
  let server: LabServer;
  let cache: string;
  let inputs: Inputs;
  const open = (network: Partial<NetworkOptions> = {}) =>
    machineInputs(cache, new AbortController().signal, { ...quick, ...network });

  before(async () => {
    server = await startLabServer();
  });
  after(() => server.close());
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'wolfi-repro-download-'));
    server.put('/file', body);
    inputs = open();
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const cutTwice: readonly Misbehaviour[] = [
    { kind: 'cut', after: 100_000 },
    { kind: 'cut', after: 50_000 },
  ];
  const survived: readonly (readonly [string, readonly Misbehaviour[]])[] = [
    ['a server in order', []],
    ['connections that break in the middle', cutTwice],
    ['more breaks than attempts, as long as each brings something', [...cutTwice, ...cutTwice, ...cutTwice]],
    ['a server that stalls', [{ kind: 'stall', after: 1000 }]],
    [
      'a moment of 500',
      [
        { kind: 'status', status: 500 },
        { kind: 'status', status: 503 },
      ],
    ],
    ['429 with a time to wait', [{ kind: 'status', status: 429, headers: { 'retry-after': '0' } }]],
    ['a length that was wrong once', [{ kind: 'wrong-length', more: 10 }]],
    ['a redirect to the same host', [{ kind: 'redirect', to: '/file' }]],
  ];
  for (const [what, misbehaviours] of survived) {
    it(`survive ${what}`, async () => {
      server.misbehave('/file', ...misbehaviours);
      const path = await inputs.obtain(`${server.url}/file`);
      assert.ok(path !== undefined && readFileSync(path).equals(body));
      assert.deepEqual(leftovers(cache), []);
    });
  }

  const forever = (misbehaviour: Misbehaviour) => Array.from({ length: 12 }, () => misbehaviour);
  const fatal: readonly (readonly [string, readonly Misbehaviour[], FailureCode])[] = [
    ['500 for ever', forever({ kind: 'status', status: 500 }), 'unreachable'],
    ['403', [{ kind: 'status', status: 403 }], 'unreachable'],
    ['a server that never begins', forever({ kind: 'stall', after: 0 }), 'unreachable'],
    ['another part than was asked for', [cutTwice[0]!, { kind: 'wrong-range' }], 'unreachable'],
    ['redirects in a circle', forever({ kind: 'redirect', to: '/file' }), 'unreachable'],
    [
      'a redirect to another private host',
      [{ kind: 'redirect', to: 'http://10.255.255.1/file' }],
      'address-refused',
    ],
    ['a redirect to another scheme', [{ kind: 'redirect', to: 'file:///etc/passwd' }], 'address-refused'],
  ];
  for (const [what, misbehaviours, code] of fatal) {
    it(`end with ${code} at ${what}`, async () => {
      const path = `/fatal-${what}`.replaceAll(' ', '-');
      server.put(path, body);
      const circle = (each: Misbehaviour) =>
        each.kind === 'redirect' && each.to === '/file' ? { ...each, to: path } : each;
      server.misbehave(path, ...misbehaviours.map(circle));
      await assert.rejects(inputs.obtain(`${server.url}${path}`), { code });
      assert.deepEqual(leftovers(cache), []);
    });
  }

  it('resume only with a strong validator, from where they stopped', async () => {
    server.misbehave('/file', { kind: 'cut', after: 100_000 });
    await inputs.obtain(`${server.url}/file`);
    const last = server.requests.at(-1)!;
    assert.match(String(last.headers.range), /^bytes=[1-9]\d*-$/);
    assert.match(String(last.headers['if-range']), /^"/);
  });

  it('start over where the file changed in between', async () => {
    server.put('/changed', randomBytes(200_000));
    const other = randomBytes(250_000);
    leaveBehind('/changed', other.subarray(0, 1000), other);
    const path = await inputs.obtain(`${server.url}/changed`);
    assert.equal(readFileSync(path!).length, 200_000);
    assert.equal(server.requests.at(-1)!.headers.range, 'bytes=1000-');
  });

  it('say that a file is not there', async () => {
    assert.equal(await inputs.obtain(`${server.url}/nothing`), undefined);
  });

  it('are bounded in size', async () => {
    await assert.rejects(inputs.obtain(`${server.url}/file`, { mostBytes: 1000 }), { code: 'unreachable' });
  });

  it('ask again whether a file changed, and keep it if not', async () => {
    server.put('/again', body);
    await open().obtain(`${server.url}/again`);
    const path = await open().obtain(`${server.url}/again`);
    assert.ok(readFileSync(path!).equals(body));
    assert.ok(server.requests.at(-1)!.headers['if-none-match'] !== undefined);
    server.put('/again', Buffer.from('new'));
    assert.equal(readFileSync((await open().obtain(`${server.url}/again`))!, 'utf8'), 'new');
  });

  it('do not ask again for what is pinned', async () => {
    server.put('/pinned', body);
    await open().obtain(`${server.url}/pinned`, { pin: 'Q1x' });
    const before = server.requests.length;
    assert.ok((await open().obtain(`${server.url}/pinned`, { pin: 'Q1x' })) !== undefined);
    assert.equal(server.requests.length, before);
    await open().obtain(`${server.url}/pinned`, { pin: 'Q1y' });
    assert.equal(server.requests.length, before + 1);
  });

  it('fetch again what was changed in the store', async () => {
    const path = (await inputs.obtain(`${server.url}/file`))!;
    rmSync(path);
    writeFileSync(path, 'damaged');
    const again = await open().obtain(`${server.url}/file`);
    assert.ok(readFileSync(again!).equals(body));
  });

  it('contact no server when offline, and use what is present', async () => {
    const offline = { policy: { ...quick.policy, offline: true } };
    const before = server.requests.length;
    await assert.rejects(open(offline).obtain(`${server.url}/file`), { code: 'unreachable' });
    assert.equal(server.requests.length, before);
    await inputs.obtain(`${server.url}/file`);
    assert.ok((await open(offline).obtain(`${server.url}/file`)) !== undefined);
  });

  it('keep to the limit for each host', async () => {
    const few = open({ perHost: 2 });
    const alone = await startLabServer();
    for (let at = 0; at < 12; at += 1) alone.put(`/${at}`, body);
    await Promise.all(Array.from({ length: 12 }, (_, at) => few.obtain(`${alone.url}/${at}`)));
    assert.ok(alone.mostAtOnce <= 2, `${alone.mostAtOnce}`);
    await alone.close();
  });

  it('send credentials to their host only, and show them nowhere', async () => {
    const host = new URL(server.url).host;
    const credentials = makeCredentials(`basic:${host}:me:secret-word`, '');
    const other = await startLabServer();
    other.put('/file', body);
    server.misbehave('/file', { kind: 'redirect', to: `${other.url}/file` });
    await open({ credentials }).obtain(`${server.url}/file`);
    assert.ok(server.requests.at(-1)!.headers.authorization?.startsWith('Basic ') === true);
    assert.equal(other.requests.at(-1)!.headers.authorization, undefined);
    await other.close();
    server.put('/secret', body);
    const secret = server.url.replace('//', '//me:secret-word@');
    const failure = await open()
      .obtain(`${secret}/secret`, { mostBytes: 1 })
      .catch((reason: unknown) => reason);
    assert.ok(failure instanceof Failure);
    assert.ok(!JSON.stringify([failure.message, failure.hint]).includes('secret-word'));
  });

  it('contact what a package chose only over https and in public networks', async () => {
    const url = `${server.url}/file`;
    const recorded = { provenance: 'recorded' } as const;
    const before = server.requests.length;
    await assert.rejects(open().obtain(url, recorded), { code: 'address-refused' });
    for (const address of [
      'https://127.0.0.1/',
      'https://localhost/',
      'https://[::ffff:10.0.0.1]/',
      'https://0x7f000001/',
    ])
      await assert.rejects(open().obtain(address, recorded), { code: 'address-refused' }, address);
    const plain = { policy: { ...quick.policy, allowPlainHttp: true } };
    await assert.rejects(open(plain).obtain(url, recorded), { code: 'address-refused' });
    assert.equal(server.requests.length, before);
    const all = { policy: { ...quick.policy, allowPlainHttp: true, allowPrivateAddresses: true } };
    assert.ok((await open(all).obtain(url, recorded)) !== undefined);
  });

  it('report their progress', async () => {
    const told: number[] = [];
    server.put('/slow', randomBytes(4_000_000));
    server.misbehave('/slow', { kind: 'cut', after: 2_000_000 }, { kind: 'stall', after: 1_000_000 });
    await open({ onTransfer: ({ bytes }) => told.push(bytes) }).obtain(`${server.url}/slow`);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
  });

  it('continue what a killed process left', async () => {
    server.put('/left', body);
    leaveBehind('/left', body.subarray(0, 200_000), body);
    const path = await open().obtain(`${server.url}/left`);
    assert.ok(readFileSync(path!).equals(body));
    assert.equal(server.requests.at(-1)!.headers.range, 'bytes=200000-');
    assert.deepEqual(leftovers(cache), []);
  });

  /** As a process leaves it that is killed in the middle of a download. */
  function leaveBehind(path: string, bytes: Uint8Array, whole: Uint8Array): void {
    const { partials } = inputs.store;
    const dead = basename(inputs.store.aside()).replace(/^\d+\.\d+/, '999999999.1');
    const name = join(partials, `${dead}.${hexOf(`${server.url}${path}`).slice(0, 32)}`);
    mkdirSync(partials, { recursive: true });
    writeFileSync(name, bytes);
    writeFileSync(`${name}.json`, JSON.stringify({ etag: `"${hexOf(whole).slice(0, 16)}"` }));
  }
});

/** Files under way that nobody works on. */
function leftovers(cache: string): string[] {
  return ['partial', 'aside'].flatMap((folder) => {
    try {
      return readdirSync(join(cache, 'store', folder));
    } catch {
      return [];
    }
  });
}

function hexOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
