/**
 * From "never heard of it" to the first own verdict, on a machine that has Node and nothing else: the package is installed from a registry, which
 * has what this checkout packs and depends on, and every command of the README's first page is typed.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { cannotRebuildFrom, helloShell } from '../conformance/lab-run.ts';
import {
  type BareMachine,
  bareMachine,
  filesOfInstalled,
  programsOfBuilds,
} from '../support/bare-machine.ts';
import { makeFolder } from '../support/folder.ts';
import { lab, root } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { packedOnce } from '../support/packed.ts';
import { tarballOf } from '../support/tarball.ts';
import { isThorough } from '../support/thorough.ts';
import { documentedCommands, documentedElsewhere, giveFiles, quickCommands } from './documented-commands.ts';

interface Served {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: Buffer;
}

/** This package, and each that it depends on at the version of the lock file, as they lie in node_modules. */
function packages(tarball: Buffer): Map<string, Served[]> {
  const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };
  const found = new Map<string, Served[]>();
  const serve = (folder: string, bytes?: Buffer) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const served = { manifest, tarball: bytes ?? tarballOf(filesOfInstalled(folder)) };
    found.set(manifest.name, [...(found.get(manifest.name) ?? []), served]);
  };
  serve(root, tarball);
  for (const [path, { dev = false, optional = false }] of Object.entries(locked))
    if (path !== '' && !dev && !optional) serve(join(root, path));
  return found;
}

/** The least of a registry that npm needs (github.com/npm/registry, "Package Metadata"). */
function startRegistry(found: ReadonlyMap<string, readonly Served[]>): Promise<Server> {
  const server = createServer(({ url = '', headers }, response) => {
    const [name = '', version] = decodeURIComponent(url.slice(1)).split('/-/');
    const of = found.get(name) ?? [];
    const tarball = of.find(({ manifest }) => `${manifest.version}.tgz` === version)?.tarball;
    if (tarball !== undefined) return response.end(tarball);
    if (of.length === 0) return response.writeHead(404).end('{}');
    const versions = of.map(({ manifest, tarball: bytes }) => {
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      const address = `http://${headers.host}/${name}/-/${manifest.version}.tgz`;
      return [manifest.version, { ...manifest, dist: { tarball: address, integrity } }] as const;
    });
    const latest = of.at(-1)!.manifest.version;
    return response.end(
      JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) }),
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const file = helloShell.split('/').at(-1)!;

describe('somebody who has Node and nothing else', { skip: cannotRebuildFrom(helloShell) }, () => {
  let folder: string;
  let server: Server;
  let machine: BareMachine | undefined;
  let registry = '';
  const begun = performance.now();

  before(async () => {
    folder = makeFolder();
    server = await startRegistry(packages(packedOnce().bytes));
    registry = `--registry http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const given = join(folder, 'given');
    mkdirSync(given);
    for (const each of [helloShell, 'lab.rsa.pub'])
      copyFileSync(join(lab, each), join(given, each.split('/').at(-1)!));
    giveFiles(given);
    machine = bareMachine(folder, { '/given': given, '/environment': labEnvironment! });
  });
  after(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A step, whose time is printed: minutes to the first verdict are what this is about. */
  async function types(
    test: TestContext,
    command: string,
    uid: 1000 | 0 = 1000,
    programs?: readonly string[],
  ) {
    const from = performance.now();
    const ran = await machine!.run(command, uid, programs);
    const [first, ...more] = command.replace(registry, '').split('\n');
    const what = more.length === 0 ? first : `${more.length + 1} commands`;
    test.diagnostic(`${((performance.now() - from) / 1000).toFixed(1)} s  ${what}`);
    return { ...ran, said: `${ran.stdout}${ran.stderr}` };
  }
  const verify = `wolfi-repro verify --key /given/lab.rsa.pub --repository /environment /given/${file}`;

  it('tries it by npx, installs it, and looks into a package', async (test) => {
    if (machine === undefined) return test.skip('setpriv, pivot_root or npm is missing');
    const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
    // npx installs as well: twice is for those who have the time.
    const commands = [
      ...(isThorough ? [`npx --yes ${registry} wolfi-repro --version`] : []),
      `npm install --global ${registry} wolfi-repro`,
    ];
    for (const command of commands) {
      const ran = await types(test, command);
      assert.equal(ran.status, 0, ran.said);
      if (command.startsWith('npx')) assert.equal(ran.stdout, `${version}\n`);
    }
    assert.equal((await types(test, 'wolfi-repro --version')).stdout, `${version}\n`);
    const inspected = await types(test, `wolfi-repro inspect --key /given/lab.rsa.pub /given/${file}`);
    assert.equal(inspected.status, 0, inspected.said);
    assert.match(inspected.stdout, /hello-shell/);
  });

  it('is told what is missing, and how to get it, before anything is built', async (test) => {
    if (machine === undefined) return test.skip('setpriv, pivot_root or npm is missing');
    const asked = await types(test, 'wolfi-repro doctor');
    assert.match(asked.stdout, /missing +bwrap/);
    const { status, said } = await types(test, verify);
    assert.equal(status, 4, said);
    assert.match(said, /bwrap is not installed[\s\S]*wolfi-repro doctor/);
  });

  it('has a verdict once the programs are there, as an ordinary user and (of all) as root of a container', async (test) => {
    if (machine === undefined) return test.skip('setpriv, pivot_root or npm is missing');
    if (isThorough) {
      const { status, said } = await types(test, verify, 0, programsOfBuilds);
      assert.equal(status, 0, said);
    }
    const [first] = documentedCommands;
    const { status, said } = await types(test, `wolfi-repro ${first}`, 1000, programsOfBuilds);
    assert.equal(status, 0, said);
    assert.match(said, /^reproduced/m);
    test.diagnostic(`${((performance.now() - begun) / 60_000).toFixed(2)} minutes in all`);
  });

  it('types the other commands of the README, each of which works with what those before it left', async (test) => {
    if (machine === undefined) return test.skip('setpriv, pivot_root or npm is missing');
    const commands = isThorough ? documentedCommands.slice(1) : quickCommands;
    const lines = commands.map(
      (line) => `wolfi-repro ${line} >said 2>&1 || { cat said; echo 'failed: ${line}'; }`,
    );
    const { said } = await types(test, lines.join('\n'), 1000, programsOfBuilds);
    assert.equal(said, '');
  });
});

it('each command of the README’s table is typed by a newcomer, or somewhere else', () => {
  const table = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^\| `([a-z-]+)/gm)].map(
    ([, name]) => name!,
  );
  const commands = table.slice(0, table.lastIndexOf('completion') + 1);
  const typed = new Set(documentedCommands.map((line) => line.split(' ')[0]!));
  assert.ok(commands.length > 20);
  assert.deepEqual(
    commands.filter((name) => !typed.has(name) && documentedElsewhere[name] === undefined),
    [],
  );
});
