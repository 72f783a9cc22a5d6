/**
 * Builds the recipes of `fixtures/lab/network` by a real melange whose steps reach the registries of the tests, as root:
 *
 *     node .build/test/support/make-network-goldens.js --melange FILE --version v0.59.1 --work DIR --out DIR [--only NAME,…]
 *
 * It runs in namespaces of its own, where the loopback is all there is of a network: a name server gives each name the address of this program, which
 * serves the environments of the lab (`.cache/lab`) at the ports that packages record, and the registries at port 80. Each recipe is built twice.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sha256 } from '../../src/digest.ts';
import { answerQuery } from '../../src/gateway/dns.ts';
import { lab, root } from './lab.ts';
import { networkRecipes, networkRegistries } from './network-recipes.ts';

const { values } = parseArgs({
  options: {
    melange: { type: 'string' },
    version: { type: 'string' },
    work: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string' },
    inside: { type: 'boolean', default: false },
  },
});

if (values.inside) await makeAll();
else enterNamespaces();

/** Names are resolved by what /etc/resolv.conf says, which melange hands on to the steps. */
function enterNamespaces(): void {
  const work = required('work');
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  const script = 'ip link set lo up && mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"';
  const again = [process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2), '--inside'];
  const { status } = spawnSync('unshare', ['-m', '-n', 'sh', '-c', script, work, ...again], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

async function makeAll(): Promise<void> {
  const names = createSocket('udp4', (query, from) => {
    const answer = answerQuery(query, () => '127.0.0.1');
    if (answer !== undefined) names.send(answer, from.port, from.address);
  }).bind(53, '127.0.0.1');
  const servers = [
    await serve(80, answerAsRegistry),
    await serve(18081, folder(join(root, '.cache/lab/environment'))),
    await serve(18082, folder(join(root, '.cache/lab/toolchains'))),
  ];
  const only = values.only?.split(',');
  const recipes = readdirSync(networkRecipes).map((file) => file.replace(/\.yaml$/, ''));
  for (const name of recipes.filter((each) => only?.includes(each) ?? true).sort()) await make(name);
  for (const server of servers) server.close();
  names.close();
}

async function make(name: string): Promise<void> {
  const target = join(required('out'), required('version'), 'x86_64');
  mkdirSync(target, { recursive: true });
  const digests: string[] = [];
  for (const turn of ['a', 'b']) {
    const out = join(required('work'), name, turn);
    rmSync(out, { recursive: true, force: true });
    const { code, log } = await build(name, out);
    writeFileSync(join(required('work'), `${name}-${turn}.log`), log);
    if (code !== 0) {
      process.stdout.write(`FAILED ${name}: ${log.slice(-3000)}\n`);
      return;
    }
    const built = readdirSync(join(out, 'x86_64')).filter((file) => file.endsWith('.apk'));
    for (const file of built) {
      const bytes = readFileSync(join(out, 'x86_64', file));
      digests.push(sha256(bytes));
      writeFileSync(join(target, file), bytes);
    }
  }
  process.stdout.write(`${digests[0] === digests[1] ? 'same twice' : 'DIFFERS'} ${name} ${digests[0]}\n`);
}

function build(name: string, out: string): Promise<{ code: number | null; log: string }> {
  const work = required('work');
  mkdirSync(join(work, 'empty'), { recursive: true });
  const ports = [18081, 18082].map((port) => `http://127.0.0.1:${port}`);
  const argv = [
    ...['build', `${name}.yaml`, '--runner', 'bubblewrap', '--arch', 'x86_64'],
    ...['--signing-key', join(lab, 'lab.rsa'), '--namespace', 'wolfi', '--license', 'Apache-2.0'],
    ...['--git-repo-url', 'https://github.com/wolfi-dev/os'],
    ...['--git-commit', '5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef', '--build-date', '2024-06-15T12:00:00Z'],
    ...ports.flatMap((port) => ['--repository-append', port]),
    ...['--keyring-append', `${ports[0]}/lab.rsa.pub`, '--source-dir', join(work, 'empty')],
    ...['--cache-dir', join(work, 'cache'), '--apk-cache-dir', join(work, 'apk-cache')],
    ...['--pipeline-dir', join(work, 'pipelines'), '--out-dir', out, '--generate-index=false'],
  ];
  // Nothing of what one build fetched is there for the next one.
  rmSync(join(work, 'cache'), { recursive: true, force: true });
  const child = spawn(resolve(required('melange')), argv, {
    cwd: networkRecipes,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      log += bytes.toString();
    });
  return new Promise((done) => child.on('close', (code) => done({ code, log })));
}

async function answerAsRegistry(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answering = networkRegistries.get(request.headers.host ?? '');
  const answer = await answering?.(request.url!, request, '');
  const { status = 200, headers = {}, body } = answer ?? { status: 404, body: 'not found' };
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

function folder(path: string): RequestListener {
  return (request, response) => {
    const file = join(path, new URL(request.url!, 'http://lab').pathname);
    if (existsSync(file) && statSync(file).isFile()) response.end(readFileSync(file));
    else response.writeHead(404).end();
  };
}

async function serve(port: number, answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  return server;
}

function required(option: 'melange' | 'version' | 'work' | 'out'): string {
  const value = values[option];
  if (value === undefined) throw new Error(`--${option} is missing`);
  return value;
}
