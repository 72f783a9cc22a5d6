/** Where no sandbox can be made, nothing is fetched for a build, and what can be said without one is said. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findProgram } from '../../src/process.ts';
import { makeFolder } from '../support/folder.ts';
import { lab, program, skipUnless } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';

const key = ['--key', join(lab, 'lab.rsa.pub')];
const golden = (name: string) => join(lab, 'repository/v0.59.1/x86_64', name);
const invalid = (name: string) => join(lab, 'invalid', name);
const hello = golden('hello-shell-1.4.2-r3.apk');
const setpriv = findProgram('setpriv');
const skip =
  skipUnless(labEnvironment, 'the lab’s environment is not there') ||
  skipUnless(setpriv, 'setpriv is not installed');

describe('a machine without a sandbox', { skip }, () => {
  let server: LabServer;
  let folder: string;
  let cache = 0;

  before(async () => {
    folder = makeFolder();
    server = await startLabServer();
    server.serve('/environment', labEnvironment!);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** Under no_new_privs every sandbox is refused (`new-privileges.ts`). The requests are those that the command made. */
  async function run(argv: readonly string[]) {
    const from = server.requests.length;
    cache += 1;
    const own = ['--cache', join(folder, String(cache))];
    const child = spawn(setpriv!, ['--no-new-privs', process.execPath, program, ...argv, ...key, ...own], {
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece) => (stdout += String(piece)));
    child.stderr.on('data', (piece) => (stderr += String(piece)));
    const [status] = (await once(child, 'close')) as [number];
    return { status, stdout, stderr, paths: server.requests.slice(from).map(({ path }) => path) };
  }

  const served = () => ['--repository', `${server.url}/environment`];
  const index = '/environment/x86_64/APKINDEX.tar.gz';

  it('fetches nothing but the index, which may be what refutes a package, and says of each package what can be said of it', async () => {
    const refuted = [
      'bit-flip-data',
      'datahash-mismatch',
      'unknown-key-name',
      'no-recipe',
      'wrong-key',
      'not-an-apk',
    ];
    const verdicts = JSON.parse(readFileSync(invalid('expected.json'), 'utf8'));
    const expected = {
      [hello]: ['inconclusive', 'sandbox-unavailable'],
      [golden('scripted-1.0_rc2-r7.apk')]: ['inconclusive', 'sandbox-unavailable'],
      ...Object.fromEntries(refuted.map((name) => [invalid(`${name}.apk`), verdicts[`${name}.apk`]])),
    };
    const ran = await run(['verify', ...Object.keys(expected), ...served(), '--format', 'json']);
    assert.equal(ran.status, 5, ran.stderr);
    const said = (JSON.parse(ran.stdout) as Reported).packages.map(({ file, verdict, reason }) => [
      file,
      [verdict, reason],
    ]);
    assert.deepEqual(Object.fromEntries(said), expected);
    assert.deepEqual(ran.paths, [index]);
  });

  it('says that inputs are gone where it has only folders to look in', async () => {
    const gone = invalid('gone-environment.apk');
    const places = ['--repository', labEnvironment!, '--offline'];
    const ran = await run(['verify', gone, hello, ...places, '--format', 'json']);
    const reasons = (JSON.parse(ran.stdout) as Reported).packages.map(({ reason }) => reason);
    assert.deepEqual(reasons, ['environment-unavailable', 'sandbox-unavailable']);
  });

  it('fetches for a plan, which needs none', async () => {
    const ran = await run(['lock', hello, ...served()]);
    assert.equal(ran.status, 0, ran.stderr);
    const fetched = ran.paths.map((path) => basename(path)).filter((name) => name.startsWith('busybox-'));
    assert.equal(fetched.length, 1);
  });
});

interface Reported {
  readonly packages: readonly {
    readonly file: string;
    readonly verdict: string;
    readonly reason: string;
  }[];
}
