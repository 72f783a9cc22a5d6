/** Whole builds that fetch: recorded and replayed by the gateway, with the machine's network, and with everything on the disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NetworkPermission } from '../src/flow/run-options.ts';
import { makeAuthority } from '../src/gateway/authority.ts';
import { openFetchingLab, outcomeOf } from '../test/conformance/fetching.ts';
import { explain } from '../test/conformance/lab-run.ts';
import { goModule, goProxy } from '../test/support/go-modules.ts';
import { type Candidate, hasProgram, interleave, type Report, showRatios } from './measure.ts';

const own = fileURLToPath(import.meta.url);
const host = 'files.example';
const files = 40;
const fileBytes = 2 ** 20;
const moduleNames = Array.from({ length: 30 }, (_, at) => `example.com/m${at}`);
const modules = moduleNames.map((path) => goModule(path, 'v1.0.0', '2024-01-01T00:00:00Z'));
const go = '/usr/local/go/bin/go';

interface Recipe {
  readonly name: string;
  readonly program: string;
  /** Fetches from below an address, which may be of the disk, and does something with it. */
  script(origin: string): string;
}

const recipes: readonly Recipe[] = [
  {
    name: `${files} files of 1 MiB by curl, each compressed`,
    program: '/usr/bin/curl',
    script: (origin) =>
      `for i in $(seq ${files}); do curl -sS --fail -o /tmp/$i ${origin}/files/$i; gzip -6 /tmp/$i; done`,
  },
  {
    name: `a Go program with ${moduleNames.length} modules`,
    program: go,
    script: (origin) =>
      `export HOME=/tmp PATH=$PATH:/usr/local/go/bin GOPROXY=${origin}/go GOSUMDB=off GOFLAGS=-mod=mod GOTOOLCHAIN=local
mkdir /tmp/program && cd /tmp/program && go mod init example.com/program
{ echo 'package main'; for i in $(seq 0 ${moduleNames.length - 1}); do echo "import _ \\"example.com/m$i\\""; done; echo 'func main() { println("built") }'; } > main.go
go mod edit ${moduleNames.map((name) => `-require=${name}@v1.0.0`).join(' ')}
go build -o /tmp/built .`,
  },
];

/** The server is this process, and builds are made by another that trusts it. */
export async function benchNetwork(report: Report, rounds: number): Promise<void> {
  if (!hasProgram('curl')) return report('network: left out, curl is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  const authority = makeAuthority();
  const beside = join(folder, 'beside');
  const trust = join(folder, 'trust');
  const contents = new Map<string, Uint8Array>();
  const proxy = goProxy(modules, '/go');
  for (let at = 1; at <= files; at += 1) contents.set(`/files/${at}`, noise(at));
  for (const path of moduleNames)
    for (const last of ['@v/v1.0.0.info', '@v/v1.0.0.mod', '@v/v1.0.0.zip', '@v/list', '@latest']) {
      const answer = await proxy(`/go/${path}/${last}`, undefined as never, '');
      if (answer !== undefined) contents.set(`/go/${path}/${last}`, Buffer.from(answer.body));
    }
  for (const [path, bytes] of contents) {
    mkdirSync(dirname(join(beside, path)), { recursive: true });
    writeFileSync(join(beside, path), bytes);
  }
  mkdirSync(trust);
  writeFileSync(join(trust, 'server.pem'), authority.certificate);
  const { key, chain } = authority.credential('localhost');
  const server: Server = createServer({ key, cert: chain }, (request, response) => {
    const bytes = contents.get(request.url ?? '');
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const environment = { ...process.env, NODE_EXTRA_CA_CERTS: join(trust, 'server.pem') };
  const builder = spawn(process.execPath, [own, folder, String(port), String(rounds)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  builder.stdout.on('data', (bytes: Buffer) => report(bytes.toString().trimEnd()));
  await once(builder, 'close');
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}

/** Bytes that compress no better than archives do. */
function noise(seed: number): Buffer {
  const bytes = Buffer.alloc(fileBytes);
  let state = seed * 2_654_435_761;
  for (let at = 0; at < bytes.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

async function buildAll(folder: string, port: string, rounds: number): Promise<void> {
  const origin = `https://localhost:${port}`;
  for (const { name, program, script } of recipes) {
    if (!existsSync(program)) {
      process.stdout.write(`network: ${name}: left out, there is no ${program} for the steps\n`);
      continue;
    }
    const lab = openFetchingLab();
    // As the gateway's authority is trusted: nothing of it is in the script that is recorded and replayed.
    const trusting =
      'echo 127.0.0.1 localhost >> /etc/hosts\nexport CURL_CA_BUNDLE=$PWD/server.pem SSL_CERT_FILE=$PWD/server.pem\n';
    const build =
      (text: string, network: NetworkPermission, beside: string): Candidate =>
      async () => {
        const sourceDirectory = join(folder, beside);
        const began = performance.now();
        const { result, output } = await lab.build(text, { [host]: origin }, { network, sourceDirectory });
        const taken = performance.now() - began;
        if (outcomeOf(result) !== 'reproduced') throw new Error(`${explain(result)}\n${output}`);
        return taken;
      };
    const through = `true\n${script(`https://${host}`)}`;
    const timings = await interleave(
      {
        'on the disk': build(`true\n${script('file://$PWD')}`, 'none', 'beside'),
        'the machine’s network': build(`${trusting}${script(origin)}`, 'host', 'trust'),
        recorded: build(through, 'record', 'trust'),
        replayed: build(through, 'none', 'trust'),
      },
      rounds,
    );
    const show: Report = (line) => process.stdout.write(`${line}\n`);
    showRatios(show, `network: ${name}`, timings, { reference: 'on the disk' });
    showRatios(show, `network: ${name}`, timings, { reference: 'the machine’s network' });
    lab.close();
  }
}

const [folder, port, rounds] = process.argv.slice(2);
if (process.argv[1] === own && folder !== undefined && port !== undefined)
  await buildAll(folder, port, Number(rounds));
