import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { makeCredentials } from '../../src/inputs/network/credentials.ts';
import { findRecipe } from '../../src/inputs/recipe-repository.ts';
import { findProgram } from '../../src/process.ts';
import { reportFormatNames } from '../../src/report/format-names.ts';
import { gateArguments } from '../support/attestations.ts';
import { failure } from '../support/failures.ts';
import { filesBelow, makeFolder } from '../support/folder.ts';
import { openWorkshop } from '../support/git-repositories.ts';
import { lab, program, skipUnless } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, labNetwork, startLabServer } from '../support/lab-server.ts';
import { oneIn } from '../support/thorough.ts';

const hello = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
const key = ['--key', join(lab, 'lab.rsa.pub')];
const [user, password, query, fragment] = ['sEcReTuSeR', 'sEcReTpAsS', 'sEcReTqUeRy', 'sEcReTfRaG'];
const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
/** Also as a header has it. */
const secret = /sEcReT|c0VjUmVU/;

/** An address with a secret in every part that may hold one. */
function secretive(url: string, scheme?: string): string {
  const address = `${url.replace('://', `://${user}:${password}@`)}?token=${query}#${fragment}`;
  return scheme === undefined ? address : address.replace(/^[a-z]+/, scheme);
}

/** Command lines; `S` stands for an address on the server, `F` for one with an unknown scheme. */
const commands: readonly (readonly string[])[] = [
  ...reportFormatNames
    .filter(oneIn(3))
    .map((format) => [...['verify', ...key, '--fallback-repository', 'S/none', '--format', format, hello]]),
  ['verify', ...key, '--repository', 'S/none', hello],
  ['verify', ...key, '--repository', 'S/none', '--arch', 'x86_64', 'hello'],
  ['verify', ...key, '--offline', '--repository', 'S/none', 'hello'],
  ['verify', '--key', 'S/none.rsa.pub', hello],
  ['verify', '--format', 'json', 'S/none.apk'],
  ['verify', '--format', 'json', 'S/file.apk'],
  ['verify', ...key, '--repository', 'S/slow', 'S/none.apk', 'S/none.apk'],
  ['inspect', 'S/none.apk'],
  ['inspect', '--format', 'json', 'S/file.apk'],
  ['lock', 'S/none.apk'],
  ['fetch', 'S/none.apk', 'S/file.apk'],
  ['rebuild', '-o', 'OUT', 'S/none.apk'],
  ['verify', ...key, '--environment', 'host', '--recipe-repository', 'S/none.git', hello],
  ['verify', ...key, '--environment', 'host', '--source-mirror', 'https://=S/none', hello],
  ['verify', '--source-mirror', 'S', hello],
  ['verify', '--source-mirror', 'https://u:sEcReT=sEcReT@h.example/=none', hello],
  ['verify', '--repository', 'F', hello],
  ['verify', '--key', 'F', hello],
  ['verify', '--recipe-repository', 'F', hello],
  ['verify', '--source-dir', 'S', hello],
  ['verify', '--source-cache', 'S', hello],
  ['verify', '--environment', 'S', hello],
  ...['https:/u:sEcReT@h.example/r?sEcReT', 'u:sEcReT@h.example:r.git', 'https://u:a sEcReT@h h/r'].flatMap(
    (typed) =>
      [
        ...[
          '--key',
          '--repository',
          '--fallback-repository',
          '--recipe-repository',
          '--source-dir',
          '--source-cache',
        ],
        ...['--source-mirror', '--environment', '--output', '--syft', '--bundle'],
      ]
        .filter(oneIn(6))
        .map((option) => ['verify', ...key, option, typed, hello]),
  ),
  ['verify', 'https:/u:sEcReT@h.example/hello.apk', hello],
  ['verify', '--max-index-age', 'S', hello],
  ['verify', '--bundle', 'S'],
  ['verify', '--format', 'S', hello],
  ['verify', '--repositroy=S', hello],
  ['verify', '-o', 'S', hello],
  ['verify', 'F'],
  ['verify', 'http://sEcReTuSeR:sEcReT/pAsS@127.0.0.1/x.apk'],
  ['verify', '--repository', 'http://sEcReTuSeR:sEcReT pAsS@[::1/', hello],
  ['verify', '--repository', 'HTTP://sEcReTuSeR:sEcReTpAsS@127.0.0.1:1/', hello],
  ['sweep', 'plan', ...key, '--repository', 'S/none', 'OUT'],
  ['sweep', 'plan', '--key', 'S/none.rsa.pub', 'OUT'],
  ['sweep', 'plan', '--changed-since', 'S', 'OUT'],
  ['sweep', 'plan', '--in', 'S', 'OUT'],
  ['sweep', 'run', 'S'],
  ['worker', '--artifacts', 'OUT', '--database', 'S'],
  ['worker', '--rebuilderd', 'S'],
  ['worker', '--database', 'postgres://127.0.0.1/x', '--artifacts', 'S'],
  ['status', 'site', 'postgres://127.0.0.1/x', 'OUT', '--artifacts', 'S'],
  ['sweep', 'export', 'OUT', '--rebuilderd', 'S'],
  ['gate-index', ...key, 'GATE', '--out', 'OUT', 'S/none/x86_64', 'STATEMENT'],
  ['gate-index', ...key, 'GATE', '--out', 'OUT', 'F', 'STATEMENT'],
  ['diff', 'S', 'S'],
  ['S'],
];

describe('secrets of addresses', { skip: skipUnless(findProgram('git'), 'git is not installed') }, () => {
  let server: LabServer;
  let other: LabServer;
  let folder: string;
  let commit: string;
  let gate: Awaited<ReturnType<typeof gateArguments>>;

  before(async () => {
    folder = makeFolder();
    gate = await gateArguments(folder);
    const shop = openWorkshop(join(folder, 'work'));
    commit = shop.commit('First', { 'hello.yaml': 'one' });
    shop.publish(join(folder, 'served/os.git'));
    [server, other] = [await startLabServer(), await startLabServer()];
    server.serve('/git/', join(folder, 'served'));
    server.put('/file.apk', Buffer.from('no package'));
    if (labEnvironment !== undefined) server.serve('/environment/', labEnvironment);
    server.put('/lab.rsa.pub', readFileSync(join(lab, 'lab.rsa.pub')));
    server.put('/hello-shell-1.4.2-r3.apk', readFileSync(hello));
    writeFileSync(join(folder, 'netrc'), `default login ${user} password ${password}\n`);
  });
  after(async () => {
    await Promise.all([server.close(), other.close()]);
    rmSync(folder, { recursive: true });
  });

  /** Runs the program with a cache of its own and returns what it said and kept. */
  async function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const place = join(folder, `run-${readdirSync(folder).length}`);
    mkdirSync(place);
    const replaced = argv.flatMap((word) =>
      word === 'GATE'
        ? gate.options
        : word
            .replace('STATEMENT', gate.statement)
            .replace(/\bOUT\b/, join(place, 'out'))
            .replace(/^F$/, secretive(`${server.url}/x`, 'ftp'))
            .replace(/(?<=^|=)S(\/.*)?$/, (_, path: string = '') => secretive(`${server.url}${path}`)),
    );
    const child = spawn(process.execPath, [program, ...replaced], {
      cwd: place,
      env: { PATH: process.env['PATH'], HOME: place, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [said, noted] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (child.exitCode === null) await once(child, 'exit');
    return { place, said, noted, exitCode: child.exitCode };
  }

  function requireSilent({ place, said, noted, exitCode }: Awaited<ReturnType<typeof run>>, what: string) {
    assert.doesNotMatch(said, secret, what);
    assert.doesNotMatch(noted, secret, what);
    assert.notEqual(exitCode, 70, `${what}: ${noted}`);
    assert.doesNotMatch(noted, /internal/, what);
    for (const file of filesBelow(place)) {
      assert.doesNotMatch(file, secret, what);
      assert.doesNotMatch(readFileSync(join(place, file), 'latin1'), secret, `${what}: ${file}`);
    }
  }

  for (const argv of commands.filter(oneIn(2))) {
    const what = argv.map((word) => word.replace(`${lab}/`, '')).join(' ');
    it(`are in no output and no file of ${what}`, async () => {
      requireSilent(await run(argv), what);
    });
  }

  it('of proxies and of the environment are in no output', async () => {
    const proxies = [
      `http://${user}:${password}@127.0.0.1:1/?${query}`,
      `${user}:${password}@127.0.0.1:1`,
      `socks5://${user}:${password}@127.0.0.1:1`,
      `http://${user}:${password}@[x`,
    ];
    for (const proxy of proxies) {
      const env = {
        HTTP_PROXY: proxy,
        HTTPS_PROXY: proxy,
        HTTP_AUTH: `basic:127.0.0.1:${user}:${password}\n`,
      };
      for (const argv of [
        ['verify', ...key, '--repository', `${server.url}/none`, hello],
        ['verify', ...key, '--environment', 'host', '--recipe-repository', `${server.url}/git/os.git`, hello],
      ])
        requireSilent(await run(argv, env), proxy);
    }
  });

  it('reach the server for which they were given, and everything below the address', {
    skip: skipUnless(labEnvironment, 'the Debian packages of the lab’s environment are not to be had'),
  }, async () => {
    const seen = server.requests.length;
    const result = await run([
      ...['lock', '--bundle', 'out.bundle', '--key', 'S/lab.rsa.pub', '--repository', 'S/environment'],
      'S/hello-shell-1.4.2-r3.apk',
    ]);
    assert.equal(result.exitCode, 0, result.noted);
    requireSilent(result, 'lock');
    assert.ok(filesBelow(result.place).includes('out.bundle'));
    const asked = server.requests.slice(seen);
    assert.ok(asked.length > 10);
    for (const { path, query: sent, headers } of asked)
      assert.deepEqual([sent, headers.authorization], [`?token=${query}`, basic], path);
  });

  it('do not follow a redirect to a different host, port or scheme; a query follows none', async () => {
    const inputs = machineInputs(join(folder, 'redirects'), new AbortController().signal, {
      ...labNetwork,
      credentials: () => undefined,
    });
    other.put('/moved', Buffer.from('moved'));
    server.put('/moved', Buffer.from('moved'));
    const targets = [other.url, other.url.replace('127.0.0.1', 'localhost'), server.url];
    for (const [at, target] of targets.entries()) {
      server.misbehave(`/from-${at}`, { kind: 'redirect', to: `${target}/moved` });
      await inputs.obtain(secretive(`${server.url}/from-${at}`));
      const last = (at === 2 ? server : other).requests.at(-1)!;
      assert.equal(last.path, '/moved');
      assert.deepEqual([last.query, last.headers.authorization], ['', at === 2 ? basic : undefined]);
    }
  });

  it('let git in, and are not an argument of any program', async () => {
    const inputs = machineInputs(join(folder, 'git'), new AbortController().signal, labNetwork);
    const address = `${server.url}/git/os.git`;
    const named = address.replace('://', `://${user}:${password}@`);
    const request = {
      tag: '',
      branch: 'main',
      depth: 1,
      submodules: false,
      takesTip: false,
      cherryPicks: [],
    };
    const seen = server.requests.length;
    const watch = watchArguments();
    const recipe = await findRecipe(named, { commit, file: 'hello.yaml' }, inputs);
    assert.equal(String(recipe?.recipe), 'one');
    assert.ok(await inputs.repository(named, 'named', [{ commit, request }]));
    assert.deepEqual(watch.stop(), []);
    assert.ok(watch.looks() > 3);
    const asked = server.requests.slice(seen);
    assert.ok(asked.length > 4);
    for (const { path, headers } of asked) assert.equal(headers.authorization, basic, path);
    for (const file of filesBelow(join(folder, 'git')))
      assert.doesNotMatch(readFileSync(join(folder, 'git', file), 'latin1'), secret, file);
    await assert.rejects(
      inputs.repository(`${server.url}/git/other.git?token=${query}`, 'named', [{ commit, request }]),
      failure('address-refused'),
    );
  });

  it('of two addresses that differ in nothing else are refused: reports could not distinguish them', () => {
    const inputs = machineInputs(join(folder, 'twice'), new AbortController().signal, labNetwork);
    const named = inputs.name('https://host.example/a?b=1');
    assert.equal(named, 'https://host.example/a');
    assert.equal(inputs.name(named), named);
    assert.equal(inputs.name('https://host.example/a?b=1'), named);
    assert.throws(() => inputs.name('https://host.example/a?b=2'), failure('usage'));
  });

  it('of a netrc are not sent by default to a host that a package chose', async () => {
    const env = { NETRC: join(folder, 'netrc') };
    const seen = server.requests.length;
    const argv = ['verify', ...key, '--repository', `${server.url}/none`, hello];
    requireSilent(await run(argv, env), 'named');
    assert.equal(server.requests[seen]!.headers.authorization, basic);
    const credentials = makeCredentials('', readFileSync(env.NETRC, 'utf8'));
    const inputs = machineInputs(join(folder, 'default'), new AbortController().signal, {
      ...labNetwork,
      credentials,
    });
    await inputs.obtain(`${server.url}/file.apk`, { provenance: 'recorded' });
    assert.equal(server.requests.at(-1)!.headers.authorization, undefined);
  });
});

/** Looks at the arguments of every process but this one and the program's own, until it is stopped. */
function watchArguments() {
  const seen = new Set<string>();
  let looks = 0;
  const look = () => {
    looks += 1;
    const list = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    for (const line of list.split('\n')) if (secret.test(line)) seen.add(line);
  };
  const timer = setInterval(look, 50);
  return {
    looks: () => looks,
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}
