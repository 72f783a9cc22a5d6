/**
 * The whole way of `gate-index`: packages and statements on a server, an index of what is confirmed, and apk, which installs from it. apk is skipped where
 * it is not at hand: WOLFI_REPRO_APK names one, else it is looked for on the search path.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parsePublicKey } from '../../src/apk/apk-signature.ts';
import { publicPem } from '../../src/attest/keys/attestation-key.ts';
import { sha256 } from '../../src/digest.ts';
import { parseIndex } from '../../src/repository/apkindex.ts';
import { verifySignatures } from '../../src/repository/keyring.ts';
import { wolfi } from '../../src/repository/known.ts';
import { linked, rebuilder, sameBytes } from '../support/attestations.ts';
import { makeFolder } from '../support/folder.ts';
import { lab, program, root, skipUnless } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';

const apk = process.env['WOLFI_REPRO_APK'] ?? 'apk';
const lacksApk = skipUnless(
  spawnSync(apk, ['--version'], { encoding: 'utf8' }).stdout?.startsWith('apk-tools') === true,
  'no apk at hand (WOLFI_REPRO_APK=FILE)',
);
const page = readFileSync(join(root, 'docs/attestations.md'), 'utf8');
const [example] = /^wolfi-repro gate-index .* https:.*$/m.exec(page.replaceAll(/^ {4}/gm, '')) ?? [];
const goldens = join(lab, 'repository/v0.59.1/x86_64');
/** Both rebuilders confirm the first, one the second, which needs the first; nobody states anything of the third. */
const [confirmed, single, unknown] = [
  'varied-common-3.12.0-r2.apk',
  'varied-3.12.0-r2.apk',
  'modes-20240229-r0.apk',
] as const;

async function run(
  file: string,
  argv: readonly string[],
  cwd?: string,
): Promise<{ status: number; said: string }> {
  const child = spawn(file, argv, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += String(piece)));
  const [status] = (await once(child, 'close')) as [number];
  return { status, said };
}

/** A link for a package of the lab; links need no clock. */
async function link(who: ReturnType<typeof rebuilder>, name: string): Promise<string> {
  const [, packageName, version] = /^(.*)-([^-]+-r\d+)\.apk$/.exec(name)!;
  const result = sameBytes(sha256(readFileSync(join(goldens, name))));
  return linked(who, { ...result, subject: { ...result.subject!, name: packageName!, version: version! } });
}

describe('gate-index, from a server to apk', () => {
  let server: LabServer;
  let folder: string;
  const at = (...parts: string[]) => join(folder, ...parts);
  /** The example of the page, with this server in place of Wolfi's, whose key the program knows. */
  const gate = (...options: readonly string[]) => {
    const words = example!.replace(wolfi.location, `${server.url}/os`).split(' ').slice(1);
    const own = ['--key', join(lab, 'lab.rsa.pub'), '--cache', 'cache'];
    return run(process.execPath, [program, ...words, ...own, ...options], folder);
  };

  before(async () => {
    folder = makeFolder();
    server = await startLabServer();
    for (const name of ['os/x86_64', 'attestations', 'keys', 'gated/x86_64'])
      mkdirSync(at(name), { recursive: true });
    for (const name of [confirmed, single, unknown]) copyFileSync(join(goldens, name), at('os/x86_64', name));
    const made = spawnSync(process.execPath, [
      program,
      'index',
      '--signing-key',
      join(lab, 'lab.rsa'),
      at('os/x86_64'),
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    server.serve('/os/', at('os'));
    server.serve('/gated/', at('gated'));
    const [one, two] = [rebuilder('one'), rebuilder('two', 'ecdsa-p256')];
    for (const who of [one, two]) writeFileSync(at(`${who.name}.pub`), publicPem(who.signer.key));
    writeFileSync(
      at('trust.yaml'),
      'rebuilders: [{name: one, keys: [{file: one.pub}]}, {name: two, keys: [{file: two.pub}]}]',
    );
    writeFileSync(at('attestations/one-common.link'), await link(one, confirmed));
    writeFileSync(at('attestations/two-common.link'), await link(two, confirmed));
    writeFileSync(at('attestations/one.link'), await link(one, single));
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(at('gate.rsa'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(at('keys/gate.rsa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('fetches what statements are about, lists what is confirmed, and says why the rest is not', async () => {
    const { status, said } = await gate();
    assert.equal(status, 0, said);
    assert.match(said, /written {2}.*: 1 of 3 packages\n/);
    assert.match(said, /left out {2}varied-3\.12\.0-r2\.apk\n(?:.*\n)? {2}agree {7}1 of 2 required: one\n/);
    assert.match(said, /left out {2}1 package that no statement is about\n/);
    const asked = server.requests.map(({ path }) => path);
    assert.ok(asked.includes(`/os/x86_64/${confirmed}`) && !asked.includes(`/os/x86_64/${unknown}`));
    const { records, signatures, signedBytes } = await parseIndex(
      readFileSync(at('gated/x86_64/APKINDEX.tar.gz')),
    );
    assert.deepEqual([...records.keys()], ['varied-common=3.12.0-r2']);
    const key = parsePublicKey('gate.rsa.pub', readFileSync(at('keys/gate.rsa.pub')));
    assert.equal(verifySignatures(signatures, signedBytes, [key]).kind, 'valid');
  });

  it('leaves the index of before where a statement was changed, and says so by its exit code', async () => {
    const before = readFileSync(at('gated/x86_64/APKINDEX.tar.gz'));
    const link = readFileSync(at('attestations/one.link'), 'utf8');
    writeFileSync(at('attestations/one.link'), link.replace(/"sig":"../, '"sig":"00'));
    const { status, said } = await gate();
    writeFileSync(at('attestations/one.link'), link);
    assert.equal(status, 5, said);
    assert.deepEqual(readFileSync(at('gated/x86_64/APKINDEX.tar.gz')), before);
  });

  it('writes the same index offline, out of what it has', async () => {
    const before = server.requests.length;
    const { status, said } = await gate('--out', at('offline'), '--offline');
    assert.equal(status, 0, said);
    assert.equal(server.requests.length, before);
    assert.deepEqual(
      readFileSync(at('offline/APKINDEX.tar.gz')),
      readFileSync(at('gated/x86_64/APKINDEX.tar.gz')),
    );
  });

  describe('apk', { skip: lacksApk }, () => {
    /** Lets apk install into a root of its own, which trusts the keys of a folder. */
    async function install(name: string, keys: string) {
      const system = at(`root-${roots++}`);
      mkdirSync(system);
      writeFileSync(at('repositories'), `${server.url}/gated\n`);
      const { status, said } = await run(apk, [
        '--root',
        system,
        '--initdb',
        '--arch',
        'x86_64',
        '--no-cache',
        ...(process.getuid!() === 0 ? [] : ['--usermode']),
        '--keys-dir',
        keys,
        '--repositories-file',
        at('repositories'),
        'add',
        name,
      ]);
      const path = join(system, 'lib/apk/db/installed');
      const database = existsSync(path) ? readFileSync(path, 'utf8') : '';
      return { status, said, installed: database.match(/^P:.*$/gm) ?? [] };
    }
    let roots = 0;
    /** The server of the index sends whoever asks for a package to where the packages are. */
    const redirect = (name: string, to = `/os/x86_64/${name}`) =>
      server.misbehave(`/gated/x86_64/${name}`, { kind: 'redirect', to: `${server.url}${to}` });

    it('installs what is confirmed, from where the packages were', async () => {
      redirect(confirmed);
      const { status, said, installed } = await install('varied-common', at('keys'));
      assert.equal(status, 0, said);
      assert.deepEqual(installed, ['P:varied-common']);
    });

    it('installs nothing else', async () => {
      for (const name of ['varied', 'modes']) {
        const { status, said, installed } = await install(name, at('keys'));
        assert.notEqual(status, 0);
        assert.match(said, /no such package/);
        assert.deepEqual(installed, []);
      }
    });

    it('takes no other bytes under the name of what is confirmed', async () => {
      redirect(confirmed, `/os/x86_64/${unknown}`);
      const { status, said, installed } = await install('varied-common', at('keys'));
      assert.notEqual(status, 0);
      assert.match(said, /integrity error|BAD signature|content mismatch/i);
      assert.deepEqual(installed, []);
    });

    it('takes the index by the key of the user only', async () => {
      mkdirSync(at('other-keys'));
      copyFileSync(join(lab, 'lab.rsa.pub'), at('other-keys/lab.rsa.pub'));
      redirect(confirmed);
      const { status, said, installed } = await install('varied-common', at('other-keys'));
      assert.notEqual(status, 0);
      assert.match(said, /UNTRUSTED signature/);
      assert.deepEqual(installed, []);
    });
  });
});
