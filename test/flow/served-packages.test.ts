/** What a server says of its packages, honest or not, and what of it is taken for an index of what is confirmed. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { q1 } from '../../src/apk/checksum.ts';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { Failure } from '../../src/failure.ts';
import { type ServedPackage, servedPackages } from '../../src/flow/served-packages.ts';
import { type GatedIndex, gateIndex } from '../../src/gate-index.ts';
import type { NetworkOptions } from '../../src/inputs/network/network-options.ts';
import { sourceOf } from '../support/apk-builder.ts';
import { file, made, rebuilder, sameBytes, stated, trusting } from '../support/attestations.ts';
import { makeFolder } from '../support/folder.ts';
import { checksumOf, indexOf, recordText } from '../support/index-builder.ts';
import { type LabServer, labNetwork, startLabServer } from '../support/lab-server.ts';
import { foreign, impostor, ours, subjectApk, vouchingOptions } from '../support/vouching.ts';

const [apk, tampered] = [subjectApk(), subjectApk({ data: [{ name: 'usr/bin/other', content: 'other' }] })];
const name = 'sample-1.0-r2.apk';
const index = '/os/x86_64/APKINDEX.tar.gz';
const alpha = rebuilder('alpha');
const signingKey = parseSigningKey(
  'ours.rsa',
  Buffer.from(ours.private.export({ type: 'pkcs8', format: 'pem' })),
);
let [listed, otherwise] = ['', ''];
let server: LabServer;
let folder: string;
let run = 0;
// Each cache listens to the end of the process.
process.setMaxListeners(0);

const record = (C: string, t = '1700000000') => recordText({ C, P: 'sample', V: '1.0-r2', A: 'x86_64', t });

before(async () => {
  folder = makeFolder();
  server = await startLabServer();
  const checksum = async (bytes: Buffer) => q1((await readApk(sourceOf(bytes))).control.sha1);
  [listed, otherwise] = [await checksum(apk), await checksum(tampered)];
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  run += 1;
  mkdirSync(join(folder, `out-${run}`));
  server.put(index, indexOf(record(listed), ours));
  server.put(`/os/x86_64/${name}`, apk);
});

const options = (network: Partial<NetworkOptions> = {}, cache = `cache-${run}`) =>
  vouchingOptions(join(folder, cache), [], {}, { ...labNetwork, ...network });

function ask(isWanted = true, given = options()): Promise<ServedPackage[]> {
  return servedPackages(`${server.url}/os/x86_64/`, () => isWanted, given);
}

/** An index of what one rebuilder confirms, which is the honest package. */
async function gate(given = options()): Promise<GatedIndex> {
  const { sha256 } = await readApk(sourceOf(apk));
  const result = sameBytes(sha256);
  const subject = { ...result.subject!, name: 'sample', version: '1.0-r2', q1: listed };
  return gateIndex(
    `${server.url}/os/x86_64`,
    [file('alpha.json', await stated(alpha, { ...result, subject }))],
    {
      trust: trusting([alpha]),
      require: 1,
      noDissent: false,
      now: made.time,
      signer: { key: signingKey, algorithm: 'RSA256' },
      out: join(folder, `out-${run}`),
      run: given,
    },
  );
}

const failsWith = (code: string) => (failure: unknown) => failure instanceof Failure && failure.code === code;

describe('packages of a server', () => {
  it('are fetched where they are wanted, and only then', async () => {
    const [wanted] = await ask();
    assert.ok(wanted !== undefined && 'path' in wanted);
    server.remove(`/os/x86_64/${name}`);
    assert.deepEqual(await ask(false), [{ file: name, why: 'not-wanted' }]);
  });

  const refused: readonly (readonly [what: string, code: string, serve: () => Buffer | undefined])[] = [
    ['that nobody signed', 'unknown-key', () => indexOf(record(listed))],
    ['that somebody else signed', 'unknown-key', () => indexOf(record(listed), foreign)],
    [
      'that somebody else signed in the name of the key',
      'environment-invalid',
      () => indexOf(record(listed), impostor),
    ],
    ['that is cut off', 'environment-invalid', () => indexOf(record(listed), ours).subarray(0, -40)],
    ['that is not there', 'environment-unavailable', () => undefined],
  ];
  for (const [what, code, serve] of refused)
    it(`are not taken from an index ${what}`, async () => {
      const bytes = serve();
      if (bytes === undefined) server.remove(index);
      else server.put(index, bytes);
      await assert.rejects(ask(), failsWith(code));
      await assert.rejects(gate(), failsWith(code));
      assert.ok(!existsSync(join(folder, `out-${run}/APKINDEX.tar.gz`)));
    });

  it('are not taken from an old index that is served again', async () => {
    const cache = 'cache-of-a-year';
    server.put(index, indexOf(record(listed, '1750000000'), ours));
    await ask(true, options({}, cache));
    server.put(index, indexOf(record(listed, '1700000000'), ours));
    await assert.rejects(ask(true, options({}, cache)), failsWith('index-rolled-back'));
  });

  it('end the run where one cannot be reached, so that the index of before stays', async () => {
    server.misbehave(
      `/os/x86_64/${name}`,
      ...Array.from({ length: 2 }, () => ({ kind: 'status', status: 503 }) as const),
    );
    await assert.rejects(gate(), failsWith('unreachable'));
    assert.ok(!existsSync(join(folder, `out-${run}/APKINDEX.tar.gz`)));
  });

  it('are not asked for offline', async () => {
    const before = server.requests.length;
    const policy = { ...labNetwork.policy, offline: true };
    await assert.rejects(gate(options({ policy })), failsWith('unreachable'));
    assert.equal(server.requests.length, before);
  });

  it('have an address that ends with an architecture', async () => {
    for (const address of [server.url, `${server.url}/os/X86`, 'https://x86_64', `${server.url}/os/..`])
      await assert.rejects(
        servedPackages(address, () => true, options()),
        failsWith('usage'),
        address,
      );
  });
});

describe('an index of what is confirmed on a server', () => {
  const left = (gated: GatedIndex) => gated.leftOut.map(({ why, decision }) => why ?? decision?.outcome);

  it('lists what is confirmed', async () => {
    const gated = await gate();
    assert.deepEqual([gated.listed.length, left(gated)], [1, []]);
  });

  const cases: readonly (readonly [what: string, why: string, serve: () => void])[] = [
    [
      'what the server lists as something else',
      'not-as-listed',
      () => server.put(index, indexOf(record(otherwise), ours)),
    ],
    [
      'other bytes under a confirmed name that the server lists as they are',
      'too-few',
      () => {
        server.put(index, indexOf(record(otherwise), ours));
        server.put(`/os/x86_64/${name}`, tampered);
      },
    ],
    ['other bytes under a confirmed name', 'not-as-listed', () => server.put(`/os/x86_64/${name}`, tampered)],
    ['what is not a package', 'not-as-listed', () => server.put(`/os/x86_64/${name}`, Buffer.from('no'))],
    ['what is not there', 'not-served', () => server.remove(`/os/x86_64/${name}`)],
    [
      'what has confirmed bytes under a different name',
      'misnamed',
      () => {
        server.put(index, indexOf(recordText({ C: listed, P: 'other', V: '1.0-r2', A: 'x86_64' }), ours));
        server.put('/os/x86_64/other-1.0-r2.apk', apk);
      },
    ],
    [
      'what no statement is about',
      'no-statement',
      () =>
        server.put(index, indexOf(recordText({ C: checksumOf('x'), P: 'x', V: '1-r0', A: 'x86_64' }), ours)),
    ],
  ];
  for (const [what, why, serve] of cases)
    it(`leaves out ${what}`, async () => {
      serve();
      const gated = await gate();
      assert.deepEqual([gated.listed.length, left(gated)], [0, [why]]);
    });

  it('lists a package once that the server lists with two checksums', async () => {
    server.put(index, indexOf(record(otherwise) + record(listed), ours));
    const gated = await gate();
    assert.deepEqual([gated.listed.length, left(gated)], [1, []]);
  });
});
