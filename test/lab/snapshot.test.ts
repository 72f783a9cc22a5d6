/** Debian packages of the lab's environment that the pool no longer has, from a local server in the place of the snapshot service. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findProgram } from '../../src/process.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab, root, skipUnless } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';

interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly sha256: string;
}

type Fetch = (service: string, wanted: LockedPackage, signal?: AbortSignal) => Promise<Buffer | undefined>;

interface SnapshotModule {
  readonly fetchFromSnapshot: Fetch;
  readonly fetchBytes: (address: string, most: number) => Promise<Buffer | undefined>;
}

const hex = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');
const debs = join(root, '.cache/lab/debs');
const locked = (JSON.parse(readFileSync(join(lab, 'environment.lock.json'), 'utf8')) as LockedPackage[]).find(
  ({ name }) => name === 'attr',
)!;
const kept = existsSync(debs)
  ? readdirSync(debs).find((name) => name.startsWith('attr_') && name.endsWith('.deb'))
  : undefined;

describe('a package that the pool no longer has', () => {
  let server: LabServer;
  let fetchFromSnapshot: Fetch;
  let fetchBytes: SnapshotModule['fetchBytes'];
  const wanted: LockedPackage = {
    name: 'libx++1',
    version: '1:2.0~rc1-3+b1',
    arch: 'amd64',
    sha256: hex('sha256', Buffer.from('the package')),
  };
  const list = '/mr/binary/libx++1/1:2.0~rc1-3+b1/binfiles';
  const listOf = (...files: readonly (readonly [arch: string, content: string])[]) =>
    JSON.stringify({
      result: files.map(([architecture, content]) => ({
        architecture,
        hash: hex('sha1', Buffer.from(content)),
      })),
    });

  before(async () => {
    const module = (await import(pathToFileURL(join(lab, 'snapshot.mjs')).href)) as SnapshotModule;
    ({ fetchFromSnapshot, fetchBytes } = module);
    server = await startLabServer();
    for (const content of ['the package', 'a different build', 'of arm64'])
      server.put(`/file/${hex('sha1', Buffer.from(content))}`, Buffer.from(content));
    server.put(`/file/${hex('sha1', Buffer.from('exchanged'))}`, Buffer.from('something else'));
  });
  after(() => server.close());

  const cases: readonly (readonly [what: string, answer: string | undefined, found: boolean])[] = [
    ['is taken where its digest is the locked one', listOf(['amd64', 'the package']), true],
    [
      'is the one of several with the locked digest',
      listOf(['amd64', 'a different build'], ['arm64', 'of arm64'], ['amd64', 'the package']),
      true,
    ],
    ['is not taken with a different digest', listOf(['amd64', 'a different build']), false],
    ['is not taken where the service sends something else', listOf(['amd64', 'exchanged']), false],
    ['is looked for in its own architecture only', listOf(['arm64', 'the package']), false],
    ['is missing where the service has no such version', undefined, false],
    ['is missing where a file of the list is gone', listOf(['amd64', 'gone']), false],
    ['is missing where the answer is not JSON', '<html>', false],
    ['is missing where the answer has a different form', '{"result":{"amd64":[1]}}', false],
    [
      'is never asked for by what is not a digest',
      '{"result":[{"architecture":"amd64","hash":"../../etc/passwd"},null]}',
      false,
    ],
  ];
  for (const [what, answer, found] of cases) {
    it(what, async () => {
      if (answer === undefined) server.remove(list);
      else server.put(list, Buffer.from(answer));
      const bytes = await fetchFromSnapshot(`${server.url}/`, wanted);
      assert.equal(bytes?.toString(), found ? 'the package' : undefined);
    });
  }

  it('is missing where the service does not answer', async () => {
    const gone = await startLabServer();
    await gone.close();
    assert.equal(await fetchFromSnapshot(gone.url, wanted), undefined);
  });

  it('is missing where the service does not answer before the search is ended', async (t) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    t.after(() => {
      silent.closeAllConnections();
      silent.close();
    });
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const started = performance.now();
    assert.equal(
      await fetchFromSnapshot(`http://127.0.0.1:${port}`, wanted, AbortSignal.timeout(200)),
      undefined,
    );
    assert.ok(performance.now() - started < 20_000);
  });

  it('is missing where there is more of it than a package can have', async () => {
    server.put('/large', Buffer.alloc(1000));
    assert.equal((await fetchBytes(`${server.url}/large`, 1000))?.length, 1000);
    assert.equal(await fetchBytes(`${server.url}/large`, 999), undefined);
  });

  const skip = skipUnless(
    kept !== undefined && findProgram('dpkg-deb') !== undefined,
    'the lab has no Debian package, or there is no dpkg-deb',
  );
  it('is made into a package of the environment, and without the service it is the only one missing', {
    skip,
  }, async (t) => {
    const bytes = readFileSync(join(debs, kept!));
    server.put(
      `/mr/binary/attr/${locked.version}/binfiles`,
      Buffer.from(JSON.stringify({ result: [{ architecture: locked.arch, hash: hex('sha1', bytes) }] })),
    );
    server.put(`/file/${hex('sha1', bytes)}`, bytes);
    const folder = temporaryFolder(t);
    const missing = async (name: string, snapshot: string) => {
      const out = join(folder, name);
      await makeEnvironment(folder, out, snapshot);
      return JSON.parse(readFileSync(join(out, 'x86_64/missing.json'), 'utf8')) as unknown;
    };
    assert.deepEqual(await missing('without', ''), ['attr']);
    assert.deepEqual(await missing('with', server.url), []);
    assert.ok(readdirSync(join(folder, 'with/x86_64')).some((name) => name.startsWith('attr-')));
  });
});

/** The environment of one package on a machine without apt. */
async function makeEnvironment(folder: string, out: string, snapshot: string): Promise<void> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const program = join(bin, 'dpkg-deb');
  if (!existsSync(program)) symlinkSync(findProgram('dpkg-deb')!, program);
  const argv = [join(lab, 'make-environment.mjs'), out, '--only', 'attr'];
  const env = { PATH: bin, WOLFI_REPRO_SNAPSHOT: snapshot };
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const [status] = (await once(child, 'close')) as [number];
  assert.equal(status, 0, said);
}
